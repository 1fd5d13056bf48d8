"""The addresses of the explorer's views. All of them answer the same document, named after what the view shows."""

import hashlib
from typing import Annotated

from fastapi import APIRouter, FastAPI, Path, Request, Response
from sqlalchemy import select
from starlette.responses import HTMLResponse

from app.actions.models import Action
from app.actions.queries import is_named
from app.core.caching import is_known
from app.core.languages import LABELLED, LabelLanguage, language
from app.core.sessions import ReadConnection
from app.docs.assets import ASK_EACH_TIME
from app.explorer.files import MOUNTED_AT, ExplorerFiles
from app.explorer.pages import NAME, View, content_security_policy, render
from app.reference.countries import COUNTRIES, MEMBER_STATES, country_name
from app.settings import Settings

router = APIRouter(include_in_schema=False, dependencies=LABELLED)

WORDS = {
    "overview": (
        NAME,
        "What the EU-funded MIEUX facility did, where, on what and with whom; each figure with its list.",
        "Ce que la facilité MIEUX, financée par l'UE, a fait, où, sur quoi et avec qui ; chaque chiffre avec sa liste.",
    ),
    "actions": ("Actions", "All actions, by country, theme, year and more.", "Toutes les actions, par pays et thème."),
    "activities": ("Activities", "Missions, trainings, study visits and more.", "Missions, formations, visites."),
    "deployments": ("Deployments", "Who sent experts, and where.", "Qui a envoyé des experts, et où."),
    "outputs": ("Outputs", "What actions produced.", "Ce que les actions ont produit."),
    "partners": ("Partners", "Authorities and organisations that took part.", "Les autorités et organisations."),
    "countries": ("Partner countries", "Countries that asked for actions.", "Les pays qui ont demandé des actions."),
    "figures": (
        "Figures",
        "Any figure of the record as a picture and a table, with its definition and its lists.",
        "Tout chiffre du registre en image et en tableau, avec sa définition et ses listes.",
    ),
    "import": ("Import", "Pages and spreadsheets become data.", "Des pages et des tableaux deviennent des données."),
}
"""Title and description in English, and the description in French, of the views that show no one record."""

FRENCH_TITLES = {
    "activities": "Activités",
    "deployments": "Déploiements",
    "outputs": "Produits",
    "partners": "Partenaires",
    "countries": "Pays partenaires",
    "figures": "Chiffres",
}
LONGEST_DESCRIPTION = 300
LONG_ENOUGH = Path(max_length=100)
Code = Annotated[str, LONG_ENOUGH]


def _in(english: str, french: str) -> str:
    return french if language() == LabelLanguage.FR else english


def _answer(request: Request, view: View) -> Response:
    settings: Settings = request.app.state.settings
    html = render(view, settings.public_origin)
    tag = f'"{hashlib.sha256(html.encode()).hexdigest()[:20]}"'
    # Figures are made to be shown elsewhere; where a key may be typed, no other page is around it.
    ancestors = " ".join(("'self'", *settings.frame_origins.split())) if view.path == "/figures" else "'none'"
    headers = {
        "Content-Security-Policy": content_security_policy(ancestors),
        "Cache-Control": ASK_EACH_TIME,
        "Content-Language": language().value,
        "ETag": tag,
        "Vary": "Accept-Language",
    }
    if view.status == 200 and is_known(tag, request.headers.get("If-None-Match", "")):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(html, view.status, headers=headers)


def _plain(name: str) -> View:
    title, english, french = WORDS[name]
    return View(
        path="/" if name == "overview" else f"/{name}",
        title=_in(title, FRENCH_TITLES.get(name, title)),
        description=_in(english, french),
    )


async def show_view(request: Request) -> Response:
    """A view that shows no one record."""
    return _answer(request, _plain(request.url.path.rpartition("/")[2] or "overview"))


for name in WORDS:
    router.add_api_route("/" if name == "overview" else f"/{name}", show_view, name=f"show_{name}")


@router.get("/actions/{slug}")
async def show_action(request: Request, connection: ReadConnection, slug: Annotated[str, LONG_ENOUGH]) -> Response:
    """One action."""
    wanted = select(Action.title, Action.objective, Action.summary).where(is_named(slug))
    row = (await connection.execute(wanted)).one_or_none()
    path = f"/actions/{slug}"
    if row is None:
        return _answer(request, View(path, _in("No such action", "Action introuvable"), "", status=404))
    description = (row.objective or row.summary or row.title)[:LONGEST_DESCRIPTION]
    return _answer(request, View(path, row.title, description))


@router.get("/countries/{code}")
async def show_country(request: Request, code: Code) -> Response:
    """The profile of a partner country."""
    code = code.upper()
    path = f"/countries/{code}"
    if code not in COUNTRIES:
        return _answer(request, View(path, _in("No such country", "Pays introuvable"), "", status=404))
    name = country_name(code)
    description = _in(
        f"What was asked for by {name}, when, by which authorities, and who came.",
        f"Ce que {name} a demandé, quand, par quelles autorités, et qui est venu.",
    )
    picture = f"/api/v1/aggregates?measure=deployments&by=sending_country&country={code}&format=png&width=1200"
    return _answer(request, View(path, name, description, picture))


@router.get("/member-states/{code}")
async def show_member_state(request: Request, code: Code) -> Response:
    """The profile of a member state that sends experts."""
    code = code.upper()
    path = f"/member-states/{code}"
    if code not in MEMBER_STATES:
        return _answer(request, View(path, _in("No such member state", "État membre introuvable"), "", status=404))
    name = country_name(code)
    description = _in(
        f"Where {name} sent experts, on what, of which organisations, over time, and its share.",
        f"Où {name} a envoyé des experts, sur quoi, de quelles organisations, et sa part.",
    )
    picture = f"/api/v1/aggregates?measure=deployments&by=country&member_state={code}&format=png&width=1200"
    return _answer(request, View(path, name, description, picture))


def mount_explorer(app: FastAPI) -> None:
    """Adds the views and their files to an application."""
    app.include_router(router)
    app.mount(MOUNTED_AT, ExplorerFiles(), name="explorer-static")
