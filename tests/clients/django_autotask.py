"""Drives django-autotask, unmodified: its AUTOTASK_SERVER_URL setting is all that it is told.

The first argument is a JSON object: root, user, secret, code, rows, tenant, and the bodies to create. It prints what
came of it as one JSON object.
"""

import json
import sys

import django
from django.conf import settings

asked = json.loads(sys.argv[1])
settings.configure(
    INSTALLED_APPS=["djautotask"],
    AUTOTASK_SERVER_URL=asked["root"],
    AUTOTASK_CREDENTIALS={
        "username": asked["user"],
        "password": asked["secret"],
        "integration_code": asked["code"],
        "rest_api_version": "1.0",
    },
)
django.setup()

from djautotask import api  # noqa: E402 (it reads the settings as it is imported)


def client(name, **options):
    """The library's client of an entity; it knows entities by this attribute alone."""
    return type(name, (api.AutotaskAPIClient,), {"API": name})(**options)


def write(name, method, body):
    entity = client(name)
    return entity.request(method, f"{entity.api_base_url}{name}", body)["itemId"]


def ids_page_by_page(rows):
    companies = client("Companies")
    companies.add_condition(api.ApiCondition(op="gt", field="id", value=1))
    page = companies.fetch_resource(page_size=400)
    ids = []
    while True:
        ids += [company["id"] for company in page["items"]]
        following = page["pageDetails"]["nextPageUrl"]
        if len(ids) >= rows or not following:
            return ids[:rows]
        page = companies.fetch_resource(next_url=following)


def sentence_of(refused):
    try:
        refused()
    except api.AutotaskAPIError as error:
        return [type(error).__name__, str(error)]
    return None


def create_quote():
    opportunity = write("Opportunities", "post", asked["opportunity"])
    locations = [write("QuoteLocations", "post", asked["location"]) for _ in range(2)]
    quote = {
        **asked["quote"],
        "opportunityID": opportunity,
        "billToLocationID": locations[0],
        "soldToLocationID": locations[0],
        "shipToLocationID": locations[1],
    }
    quote = write("Quotes", "post", quote)
    item = write(f"Quotes/{quote}/Items", "post", asked["item"])
    write("Opportunities", "patch", {"id": opportunity, "stage": asked["tenant"]["nextStage"]})
    return {"opportunity": opportunity, "quote": quote, "item": item}


def read(name, row):
    entity = client(name)
    return entity.request("get", f"{entity.api_base_url}{name}/{row}")["item"]


created = create_quote()
untitled = {name: value for name, value in asked["opportunity"].items() if name != "title"}
stranger = client("Companies", password="wrong")
stranger.add_condition(api.ApiCondition(op="gt", field="id", value=1))
print(
    json.dumps(
        {
            "zone": api.get_zone_info(asked["user"])["url"],
            "ids": ids_page_by_page(asked["rows"]),
            "created": created,
            "stage": read("Opportunities", created["opportunity"])["stage"],
            "refusal": sentence_of(lambda: write("Opportunities", "post", untitled)),
            "stranger": sentence_of(stranger.fetch_resource),
        }
    )
)
