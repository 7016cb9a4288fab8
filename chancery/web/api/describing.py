"""What the API says of itself: the text and shapes of its description, and the pages made from it on the server."""

from typing import Any, Final

from chancery.web.api.commands import LEFT_OUT

TEXT: Final = """Human-rights obligations as tracked tasks: what the pages can do, for other systems.

Every operation takes a token (`Authorization: Bearer …`), made under Account, Tokens; it acts in one posting and ends with
it. Commands take an `Idempotency-Key`, and an `If-Match` with the ETag of what was seen where they change something that
exists. Instants are RFC 3339 in UTC; `time_zone` is where a day begins. What went wrong is a problem (RFC 9457) whose `type`
never changes and has a page. Views are updated in the transaction of the command: what was recorded is read at once."""

PROBLEM: Final[dict[str, Any]] = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {"type": "string", "description": "Never changes; a page that explains it."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "In the caller's language."},
        "instance": {"type": "string", "description": "A number of this very answer."},
        "code": {
            "type": "string",
            "description": "The last part of `type`, as command line and pages say it.",
        },
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}


def operations(described: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Every operation by its kind (tag), for the page."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "text": operation.get("description", operation.get("summary", "")),
                    "parameters": [
                        {"name": p["name"], "required": p.get("required", False), "where": p["in"]}
                        for p in operation.get("parameters", ())
                    ],
                    "fields": _fields(described, operation),
                }
            )
    return found


def _fields(described: dict[str, Any], operation: dict[str, Any]) -> list[dict[str, Any]]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = body.get("$ref", "").rpartition("/")[2]
    model = described["components"]["schemas"].get(name, {})
    needed = model.get("required", ())
    return [{"name": field, "required": field in needed} for field in model.get("properties", {})]


def left_out() -> list[tuple[str, str]]:
    """Commands that have no address of their own kind, and why; those with an operation of the office's are not among them."""
    return sorted((name, why) for name, why in LEFT_OUT.items() if not why.startswith("An operation"))
