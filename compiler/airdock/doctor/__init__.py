"""`airdock doctor`: is this host ready for what airdock wrote? It looks, and changes nothing.

A module per subject, a function per check, a row per check in `registry.py`.
"""
