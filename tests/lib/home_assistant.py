"""A Home Assistant of our own: entities as the ha-bambulab integration makes them, the REST calls that a poll uses, and
the few template functions of Home Assistant around the real Jinja."""

import datetime
import http.server
import json
import re
import threading
import time

import jinja2
import jinja2.sandbox

TOKEN = "a-long-lived-access-token"


def now():
    return datetime.datetime.now(datetime.timezone.utc)


class Entity:
    def __init__(self, entity_id, state, device, attributes):
        self.entity_id, self.state, self.device, self.attributes = entity_id, state, device, attributes
        self.last_updated = now()


class States:
    """`states('id')` is a state, `states['id']` an entity or None, as in Home Assistant's templates."""

    def __init__(self, entities):
        self.entities = entities

    def __call__(self, entity_id):
        entity = self.entities.get(entity_id)
        return entity.state if entity else "unknown"

    def __getitem__(self, entity_id):
        return self.entities.get(entity_id)


def environment(entities):
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined)
    attribute = lambda e, name: entities[e].attributes.get(name) if e in entities else None
    env.globals.update(states=States(entities), state_attr=attribute, integration_entities=lambda name: sorted(entities),
                       device_id=lambda e: e, device_attr=lambda e, name: entities[e].device if name == "name" else None,
                       now=now, dict=dict)
    env.filters["to_json"] = lambda value: json.dumps(value)
    env.tests["match"] = lambda value, pattern: bool(re.match(pattern, value))
    return env


class Fake:
    """Serves on loopback until close(). `mode`: None, a status, "slow", "truncated" or "nonsense"; `template_mode` the
    same for /api/template alone."""

    def __init__(self):
        self.entities, self.mode, self.template_mode = {}, None, None
        self.asked, self.tokens, self.connections = [], set(), set()
        fake = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                fake.serve(self, None)

            def do_POST(self):
                fake.serve(self, self.rfile.read(int(self.headers["Content-Length"])))

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def set(self, entity_id, state, device, **attributes):
        self.entities[entity_id] = Entity(entity_id, state, device, attributes)

    def tray(self, serial, unit, slot, state, color, material="PLA", profile="GFL99", **more):
        attributes = {"slot": slot, "color": color, "cols": [color], "type": material, "name": state, "filament_id": profile,
                      "tag_uid": "0" * 16, "tray_uuid": "0" * 32, "empty": state == "Empty", "remain": -1, **more}
        self.set(f"sensor.p1s_{serial.lower()}_ams_{unit}_emplacement_{slot}", state, f"P1S_{serial}_AMS_{unit}", **attributes)

    def print(self, serial, status, task="cube", file="cube.gcode.3mf", weights=None):
        base, device = f"sensor.p1s_{serial.lower()}", f"P1S_{serial}"
        options = ["failed", "finish", "idle", "init", "offline", "pause", "prepare", "running", "slicing", "unknown"]
        self.set(base + "_etat", status, device, options=options)
        self.set(base + "_task_name", task, device)
        self.set(base + "_gcode_filename", file, device)
        self.set(base + "_poids", str(sum((weights or {}).values())), device, device_class="weight", **(weights or {}))

    def serve(self, request, body):
        self.asked.append(request.path)
        self.tokens.add(request.headers.get("Authorization"))
        self.connections.add(request.client_address)
        mode = self.template_mode if self.template_mode and request.path == "/api/template" else self.mode
        if mode == "slow":
            time.sleep(2)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self.answer(request, 401, "401: Unauthorized")
        if isinstance(mode, int):
            return self.answer(request, mode, f"{mode}")
        text = self.text_of(request.path, body)
        if text is None:
            return self.answer(request, 404, json.dumps({"message": "Entity not found."}))
        if mode == "truncated":
            return self.answer(request, 200, text[:len(text) // 2])
        return self.answer(request, 200, "<html>" if mode == "nonsense" else text)

    def text_of(self, path, body):
        if path == "/api/template":
            return environment(self.entities).from_string(json.loads(body)["template"]).render()
        entity = self.entities.get(path.removeprefix("/api/states/"))
        return entity and json.dumps({"entity_id": entity.entity_id, "state": entity.state, "attributes": entity.attributes,
                                      "last_updated": entity.last_updated.isoformat()})

    @staticmethod
    def answer(request, status, text):
        data = text.encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)
