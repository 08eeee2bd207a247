import pytest, json
from django.test.utils import CaptureQueriesContext
from django.db import connection
from tests.factories import *

def test_all(client_for, pi, drm, admin, cast_project, foreign_project):
    for u in (pi, drm, admin):
        c = client_for(u)
        c.get("/api/v1/me/")
        m = cast_project.memberous_set.first(); g = m.group_ous; sb=m.sched_blocks.first(); eb=sb.exec_blocks.first()
        f = foreign_project.memberous_set.first()
        for p in ["projects/", f"projects/{cast_project.ref}/", f"projects/{cast_project.ref}/tree/", "ous/", "ous/?level=group", "ous/?level=science_goal&band=3&array=7M&qa2=null&target=sgr",
            f"ous/{m.ref}/", f"ous/{g.ref}/", f"ous/{m.ref}/status/", f"ous/{g.ref}/status/",f"ous/{g.science_goal.ref}/status/", f"ous/{m.ref}/history/", f"ous/{m.ref}/execblocks/", f"ous/{g.ref}/execblocks/",
            "schedblocks/", f"schedblocks/{sb.ref}/", f"schedblocks/{sb.ref}/history/", "execblocks/", f"execblocks/{eb.ref}/", f"execblocks/?ous={g.ref}", "events/", "ingest/", "tokens/", "me/", f"ous/{f.ref}/status/", "schema/", "docs/", "nope/", "ous/?state=Rubbish", "ous/?state=PartiallyObserved", f"ous/?project={foreign_project.ref}", "ous/?band=3&changed_after=2020-01-01T00:00:00+00:00"]:
            with CaptureQueriesContext(connection, ) as q:
                r = c.get("/api/v1/"+p)
            print(u, p, r.status_code, len(q), r.get("ETag"), r.content[:3000 if u==pi and 'schema' not in p else 200].decode())
            if len(q)>7: print([x["sql"] for x in q])
        r = c.post("/api/v1/ous/status/", {"uids":[m.uid, g.uid, "nope", f.uid, sb.uid, "|".join(m.uid.split("/")[2:])]}, content_type="application/json")
        print(r.status_code, r.json())
        r = c.post("/api/v1/tokens/", {"label":"x"}, content_type="application/json"); print(r.json())
        r = c.post("/api/v1/ingest/", {"label":"x"}, content_type="application/json"); print(r.status_code, r.json(), r.headers)
        tag = c.get(f"/api/v1/ous/{m.ref}/status/")["ETag"]
        for kw in ({}, {"headers":{"If-Match": tag}}, {"headers":{"If-Match": "*"}}):
            r = c.post(f"/api/v1/ous/{m.ref}/state/", {"to":"ObservingTimedOut"}, content_type="application/json", **kw); print(r.status_code, r.json(), r.headers)
