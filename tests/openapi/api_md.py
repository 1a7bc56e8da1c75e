"""docs/api.md from the OpenAPI document: what each operation takes and answers, by the nouns of its paths."""

HEAD = """# The REST API

Generated from `/api/openapi.json`; do not edit: `UPDATE=1 ctest --preset asan -R openapi.docs` writes it anew.

{about}

A key goes in `X-API-Key` or `Authorization: Bearer`. Every answer carries `X-Request-Id`; refusals are
`application/problem+json` with a stable `code`. Reads have an `ETag`, writes take `If-Match`, and `Idempotency-Key`
makes a repeated write harmless. Lists tell `X-Total-Count`, pages the next one in `Link`.
"""


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def kind(schema):
    """A type in words: `text or null`, `list of Spool`."""
    if schema is True:
        return "anything"
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        plain = name.removesuffix("OrNull")
        return f"[{plain}](#{name.lower()})" + (" or null" if plain != name else "")
    if "anyOf" in schema:
        words = schema["anyOf"][0]["enum"]
        return " ".join(f"`{w}`" for w in words if w) + (" or null" if None in words else "")
    if "enum" in schema:
        return " ".join(f"`{w}`" for w in schema["enum"] if w) + (" or null" if None in schema["enum"] else "")
    types = schema.get("type", "anything")
    types = [types] if isinstance(types, str) else types
    name = types[0]
    if name == "array":
        name = "list of " + kind(schema["items"])
    elif name == "object":
        name = "map of " + kind(schema.get("additionalProperties", True))
    else:
        name = schema.get("format", name) if name == "string" else name
    return name + (" or null" if "null" in types else "")


def limits(schema):
    low = schema.get("minimum", schema.get("minLength", schema.get("minItems")))
    high = schema.get("maximum", schema.get("maxLength", schema.get("maxItems")))
    return f" {low:g}..{high:g}" if low is not None and high is not None else ""


def parameters(operation, document):
    rows = [p for p in operation.get("parameters", []) if "$ref" not in p]
    if not rows:
        return []
    lines = ["", "| parameter | in | type | |", "|---|---|---|---|"]
    for p in rows:
        lines.append(f"| `{p['name']}` | {p['in']} | {kind(p['schema'])}{limits(p['schema'])} | {cell(p.get('description', ''))} |")
    return lines


def content(holder):
    return ", ".join(f"{kind(media['schema'])}" if name == "application/json" else f"`{name}`"
                     for name, media in holder.get("content", {}).items())


def operation_text(path, method, operation, document):
    lines = ["", f"### {operation['operationId']}", "", f"`{method.upper()} {path}`: {operation['summary']} "
             + operation["description"]]
    lines += parameters(operation, document)
    if "requestBody" in operation:
        optional = "" if operation["requestBody"]["required"] else " (optional)"
        lines += ["", f"Body{optional}: {content(operation['requestBody'])}"]
    good = [f"{s} {content(r)}" for s, r in operation["responses"].items() if s.startswith("2")]
    bad = [s for s in operation["responses"] if not s.startswith("2") and s != "default"]
    lines += ["", f"Answer: {'; '.join(good)}. Also: {', '.join(bad)}."]
    return lines


def schema_text(name, schema):
    lines = ["", f"### {name}", ""]
    if "properties" not in schema:
        return lines + [kind(schema)]
    lines += ["| key | type | |", "|---|---|---|"]
    for key, value in schema["properties"].items():
        needed = "" if key in schema.get("required", []) else " (optional)"
        doc = value.get("description", "") if isinstance(value, dict) else ""
        lines.append(f"| `{key}`{needed} | {kind(value)}{limits(value)} | {cell(doc)} |")
    return lines


def render(document):
    lines = [HEAD.format(about=document["info"]["description"]).rstrip()]
    for tag in [tag["name"] for tag in document["tags"]]:
        lines += ["", f"## {tag}"]
        for path, item in document["paths"].items():
            for method, operation in item.items():
                if operation["tags"] == [tag]:
                    lines += operation_text(path, method, operation, document)
    lines += ["", "## Schemas"]
    for name, schema in sorted(document["components"]["schemas"].items()):
        lines += schema_text(name, schema)
    return "\n".join(lines) + "\n"
