"""What the features stand on: five wings without groceries in them, which import downwards only.

`web` stands on `database` and `serving`, these on `telemetry`, that on `settings`; `wiring` and `traffic` lie below all.
Features import from a wing's front door what it hands out, and everything else by its module; nothing is imported here.
"""
