"""A shop for a small grocery. app.factory puts it together.

Nothing is imported here: who needs a part, as a server's worker class or a script, does not load the whole shop.
"""
