"""Answers what pyspf says: one JSON object a line in, one result a line out.

In: {"zone": {NAME: {TYPE: [VALUE]}}, "ip": IP, "helo": NAME, "mail_from": ADDRESS}; a type may be
"SERVFAIL" instead of a list. Out: the result.
"""

import json
import sys

import spf

ZONE = {}


def look_up(name, kind, tcpfallback=True, timeout=30):
    """DNS as the zone has it, in pyspf's form."""
    records = ZONE.get(name.rstrip(".").lower(), {}).get(kind, [])
    if records == "SERVFAIL":
        raise spf.TempError("SERVFAIL")
    return [((name, kind), value_of(kind, record)) for record in records]


def value_of(kind, record):
    if kind == "TXT":
        return (record.encode("latin-1"),)
    if kind == "MX":
        preference, host = record.split(" ")
        return (int(preference), host)
    return record


spf.DNSLookup = look_up

for line in sys.stdin:
    asked = json.loads(line)
    ZONE = asked["zone"]
    query = spf.query(i=asked["ip"], s=asked["mail_from"], h=asked["helo"], strict=True)
    try:
        result = query.check()[0]
    except Exception as error:  # what pyspf itself stumbles over is a difference to look at
        result = "%s: %s" % (type(error).__name__, error)
    print(result, flush=True)
