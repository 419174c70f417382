#!/usr/bin/env python3
"""Makes swagger.json, the part of the vendor's swagger that the tests hold requests and answers to.

    tests/contract/extract.py autotask-swagger.json > tests/contract/swagger.json

"calls": by path and method, the model of the body (null for none) and that of the answer 200.
"models": by name, the type of each field: a format, "boolean", "string", "any", a model, or "[…]" for a list of these.
"""

import json
import sys

# The entities that the emulator has, by the first part of their path.
ENTITIES = """BillingCodes Companies CompanyLocations Contacts Opportunities OpportunityCategories PaymentTerms Products
QuoteItems QuoteLocations Quotes Resources Roles Services ShippingTypes TaxCategories TaxRegions TicketCharges
Tickets""".split()
# The entities that are written below another one.
CHILDREN = ["Companies/{parentId}/Contacts", "Companies/{parentId}/Locations", "Quotes/{parentId}/Items",
            "Tickets/{parentId}/Charges"]
BESIDE = ["/VersionInformation", "/V1.0/Modules", "/V1.0/ThresholdInformation", "/V1.0/Version", "/V1.0/ZoneInformation"]


def is_wanted(path):
    below = path.removeprefix("/V1.0/")
    if any(f"{below}/".startswith(f"{child}/") for child in CHILDREN):
        return True
    is_own = "{parentId}" not in below and "invoiceSettings" not in below
    return path in BESIDE or below.split("/")[0] in ENTITIES and is_own


def type_of(schema):
    """The type of a field; none for what is no part of the wire."""
    if schema is None:
        return None
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/definitions/")
        # The vendor's generator also wrote down the expressions that it finds a parent's key by.
        return None if name.startswith("Expression[") else name
    if schema["type"] == "array":
        return f"[{type_of(schema['items'])}]"
    if schema["type"] == "object":
        return "any"
    return schema.get("format", schema["type"])


def call(operation):
    body = next((one["schema"] for one in operation["parameters"] if one["in"] == "body"), None)
    return [type_of(body), type_of(operation["responses"]["200"]["schema"])]


def fields(definition):
    types = {name: type_of(schema) for name, schema in definition["properties"].items()}
    types = {name: kind for name, kind in types.items() if kind}
    # The vendor's own examples capitalise the members of a query, and its server takes both.
    for name in definition.get("example", {}):
        types.setdefault(name, next(kind for other, kind in types.items() if other.lower() == name.lower()))
    return types


def extract(swagger):
    calls = {
        path: {method.upper(): call(operation) for method, operation in methods.items()}
        for path, methods in swagger["paths"].items()
        if is_wanted(path)
    }
    models = {}
    wanted = [kind for methods in calls.values() for both in methods.values() for kind in both if kind]
    while wanted:
        definition = element(wanted.pop())
        if definition in models or definition not in swagger["definitions"]:
            continue
        models[definition] = fields(swagger["definitions"][definition])
        wanted += models[definition].values()
    return calls, models


def element(kind):
    return kind[1:-1] if kind.startswith("[") else kind


def simplified(kind, models):
    """A model without fields says nothing about its value."""
    return kind.replace(element(kind), "any") if models.get(element(kind)) == {} else kind


def write(section, entries, end):
    print(f'"{section}": {{')
    lines = [f"  {json.dumps(name)}: {json.dumps(entries[name])}" for name in sorted(entries)]
    print(",\n".join(lines))
    print(end)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        calls, models = extract(json.load(file))
    models = {
        name: {field: simplified(kind, models) for field, kind in types.items()}
        for name, types in models.items()
        if types
    }
    print("{")
    write("calls", calls, "},")
    write("models", models, "}")
    print("}")


main()
