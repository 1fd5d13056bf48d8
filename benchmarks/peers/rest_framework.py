"""An API over the record with Django REST Framework: models, serializers, prefetched relations, a viewset.

`gunicorn benchmarks.peers.rest_framework:application` with the file's path in PEER_DATABASE.
"""

import os
from typing import Any

import django
from django.apps import AppConfig
from django.conf import settings


class Registry(AppConfig):
    """What the tables below belong to."""

    name = "benchmarks.peers"
    label = "registry"


settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["PEER_DATABASE"],
            "CONN_MAX_AGE": None,
        }
    },
    INSTALLED_APPS=["rest_framework", f"{__name__}.Registry"],
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF=__name__,
    SECRET_KEY="of a benchmark",
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.urls import include, path  # noqa: E402
from rest_framework import pagination, routers, serializers, viewsets  # noqa: E402
from rest_framework.decorators import api_view  # noqa: E402
from rest_framework.response import Response  # noqa: E402


class Table(models.Model):
    """The base of tables that another program makes."""

    class Meta:
        abstract = True
        managed = False
        app_label = "registry"


class Country(Table):
    """A country."""

    code = models.CharField(primary_key=True, max_length=2)
    name = models.TextField()
    eu_member_from = models.DateField(null=True)

    class Meta(Table.Meta):
        db_table = "countries"


class Theme(Table):
    """A theme."""

    slug = models.CharField(primary_key=True, max_length=80)
    name = models.TextField()

    class Meta(Table.Meta):
        db_table = "themes"


class Partner(Table):
    """A partner."""

    name = models.TextField()
    acronym = models.TextField(null=True)

    class Meta(Table.Meta):
        db_table = "partners"


class Action(Table):
    """An action."""

    slug = models.TextField()
    title = models.TextField()
    objective = models.TextField(null=True)
    summary = models.TextField(null=True)
    region = models.TextField(null=True)
    start = models.TextField(null=True)
    start_first_day = models.DateField()
    end = models.TextField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    countries = models.ManyToManyField(Country, through="ActionCountry")
    themes = models.ManyToManyField(Theme, through="ActionTheme")
    partners = models.ManyToManyField(Partner, through="ActionPartner")

    class Meta(Table.Meta):
        db_table = "actions"


class ActionCountry(Table):
    """A country of an action."""

    pk = models.CompositePrimaryKey("action", "country")
    action = models.ForeignKey(Action, models.DO_NOTHING, db_column="action")
    country = models.ForeignKey(Country, models.DO_NOTHING, db_column="country")

    class Meta(Table.Meta):
        db_table = "action_countries"


class ActionTheme(Table):
    """A theme of an action."""

    pk = models.CompositePrimaryKey("action", "theme")
    action = models.ForeignKey(Action, models.DO_NOTHING, db_column="action")
    theme = models.ForeignKey(Theme, models.DO_NOTHING, db_column="theme")

    class Meta(Table.Meta):
        db_table = "action_themes"


class ActionPartner(Table):
    """A partner of an action."""

    pk = models.CompositePrimaryKey("action", "partner")
    action = models.ForeignKey(Action, models.DO_NOTHING, db_column="action")
    partner = models.ForeignKey(Partner, models.DO_NOTHING, db_column="partner")

    class Meta(Table.Meta):
        db_table = "action_partners"


class Activity(Table):
    """An activity."""

    action = models.ForeignKey(Action, models.DO_NOTHING, db_column="action", related_name="activities")
    position = models.IntegerField()
    type = models.TextField()
    title = models.TextField(null=True)
    description = models.TextField(null=True)
    start = models.TextField(null=True)
    end = models.TextField(null=True)
    place = models.TextField(null=True)
    country = models.TextField(null=True)
    sessions = models.IntegerField(null=True)

    class Meta(Table.Meta):
        db_table = "activities"


class Deployment(Table):
    """A deployment."""

    action = models.ForeignKey(Action, models.DO_NOTHING, db_column="action", related_name="deployments")
    activity = models.IntegerField(null=True)
    sending_country = models.TextField(null=True)
    organisation_type = models.TextField()
    organisation = models.TextField(null=True)
    experts_count = models.IntegerField(null=True)

    class Meta(Table.Meta):
        db_table = "deployments"


class Output(Table):
    """An output."""

    action = models.ForeignKey(Action, models.DO_NOTHING, db_column="action", related_name="outputs")
    kind = models.TextField()
    title = models.TextField()
    languages = models.TextField()
    published = models.TextField(null=True)

    class Meta(Table.Meta):
        db_table = "outputs"


def serializer(table: type[models.Model], *names: str, **nested: type[serializers.Serializer]) -> Any:
    """A serializer of a table's columns, with nested ones."""
    meta = type("Meta", (), {"model": table, "fields": [*names, *nested]})
    members = {name: made(many=True) for name, made in nested.items()}
    return type(f"{table.__name__}Serializer", (serializers.ModelSerializer,), {"Meta": meta, **members})


LINKS = {
    "countries": serializer(Country, "code", "name"),
    "themes": serializer(Theme, "slug", "name"),
    "partners": serializer(Partner, "id", "name", "acronym"),
}
CHILDREN = {
    "activities": serializer(
        Activity, "id", "position", "type", "title", "description", "start", "end", "place", "country", "sessions"
    ),
    "deployments": serializer(
        Deployment, "id", "activity", "sending_country", "organisation_type", "organisation", "experts_count"
    ),
    "outputs": serializer(Output, "id", "kind", "title", "languages", "published"),
}
COLUMNS = ("id", "slug", "title", "objective", "summary", "region", "start", "end", "created_at", "updated_at")
ActionSerializer = serializer(Action, *COLUMNS, **LINKS)
DetailSerializer = serializer(Action, *COLUMNS, **LINKS, **CHILDREN)


class Pages(pagination.LimitOffsetPagination):
    """Pages of 20."""

    default_limit = 20
    max_limit = 100


class Actions(viewsets.ReadOnlyModelViewSet):
    """The actions."""

    pagination_class = Pages

    def get_queryset(self) -> Any:
        """The actions that are asked for, with what is shown of them."""
        found = Action.objects.prefetch_related(*LINKS, *(CHILDREN if self.detail else ()))
        if theme := self.request.query_params.get("theme"):
            found = found.filter(themes=theme)
        return found.order_by("-start_first_day", "-id")

    def get_serializer_class(self) -> Any:
        """A list shows less than a record."""
        return DetailSerializer if self.detail else ActionSerializer


@api_view()
def actions_per_theme(request: Any) -> Response:
    """Actions per theme."""
    count = models.Count("action", distinct=True)
    return Response(list(ActionTheme.objects.values("theme").annotate(count=count).order_by("-count")))


@api_view()
def deployments_per_member_state(request: Any) -> Response:
    """Deployments per country that ever was a member state: without the dates of membership."""
    members = Country.objects.filter(eu_member_from__isnull=False).values("code")
    found = Deployment.objects.filter(sending_country__in=members).values("sending_country")
    return Response(list(found.annotate(count=models.Count("*")).order_by("-count")))


@api_view()
def themes_by_country(request: Any) -> Response:
    """Actions per theme and country."""
    found = ActionTheme.objects.values("theme", "action__actioncountry__country")
    return Response(list(found.annotate(count=models.Count("action", distinct=True)).order_by()))


router = routers.SimpleRouter(trailing_slash=False)
router.register("actions", Actions, basename="actions")
urlpatterns = [
    path("", include(router.urls)),
    path("figures/actions-per-theme", actions_per_theme),
    path("figures/deployments-per-member-state", deployments_per_member_state),
    path("figures/themes-by-country", themes_by_country),
]
application = get_wsgi_application()
