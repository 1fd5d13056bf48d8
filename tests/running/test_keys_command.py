"""Keys on the command line."""

from tests.running.service import mieux, serve


def test_a_key_is_made_listed_and_revoked(database_url: str, tmp_path) -> None:
    made = mieux(database_url, "keys", "create", "--role", "editor", "--name", "night import", "--days", "30")
    token = made.stdout.strip()
    assert token.startswith("mx_")
    with serve(database_url, tmp_path) as service:

        def add(name: str) -> int:
            headers = {"Authorization": f"Bearer {token}"}
            return service.post("/api/v1/partners", json={"name": name}, headers=headers).status_code

        assert add("IOM") == 201
        listed = mieux(database_url, "keys", "list").stdout
        assert "night import" in listed
        assert token not in listed
        assert mieux(database_url, "keys", "revoke", "night import").returncode == 0
        assert add("UNHCR") == 401


def test_a_name_is_given_once_and_a_role_is_known(database_url: str) -> None:
    assert mieux(database_url, "keys", "create", "--role", "editor", "--name", "ada").returncode == 0
    again = mieux(database_url, "keys", "create", "--role", "editor", "--name", "ada")
    assert again.returncode == 1
    assert "'ada'" in again.stderr
    assert mieux(database_url, "keys", "create", "--role", "owner").returncode == 2
    assert mieux(database_url, "keys", "revoke", "nobody").returncode == 1
