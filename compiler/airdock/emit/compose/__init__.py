"""Compose files, as data; one function writes data as YAML."""
