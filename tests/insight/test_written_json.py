"""What is written as JSON directly is what the schemas describe."""

import httpx
import pytest
from pydantic import BaseModel

from app.insight.facets import Facets
from app.insight.headline import Headline
from app.insight.schemas import Aggregate

pytestmark = pytest.mark.anyio

API = "/api/v1"


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("/aggregates/actions-per-theme", Aggregate),
        ("/aggregates/member-states-by-country?theme=asylum&lang=fr", Aggregate),
        ("/aggregates?measure=experts&by=partner&by=active_year&active_in=2014/2016&as_of=2015-06-01", Aggregate),
        ("/aggregates/themes-by-year?include_empty=true&active_in=2014", Aggregate),
        ("/aggregates/actions-per-theme?theme=asylum&theme=visa-policy&country=none", Aggregate),
        ("/facets?theme=asylum&include_empty=true", Facets),
        ("/headline?region=asia", Headline),
    ],
)
async def test_answers_are_written_as_their_schemas_describe_them(
    rich: httpx.AsyncClient, path: str, model: type[BaseModel]
) -> None:
    response = await rich.get(API + path)
    assert response.status_code == 200, response.text
    described = model.model_validate_json(response.text)
    assert described.model_dump(mode="json", exclude_unset=True) == response.json()
