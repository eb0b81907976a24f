"""What is true of the world: Airflow and its docker provider, by version.

Data files with the source of each fact; this package is the only one that compares versions. The rest of airdock
asks for a `Feature` by name, or for a value.
"""

from airdock.facts.airflow_facts import (
    AirflowFacts,
    Feature,
    Templates,
    facts_for,
    newest_series,
    series_that_takes,
    series_with,
    series_with_variable,
    supported_series,
)
from airdock.facts.engine_facts import EngineFacts, engine_facts
from airdock.facts.image_facts import login_host, missing_programs, registry_of
from airdock.facts.provider_facts import ProviderFacts, newest_provider, provider_release, provider_releases
from airdock.facts.secret_names import is_known_to_all, names_secret, secret_names

__all__ = [
    "AirflowFacts",
    "EngineFacts",
    "Feature",
    "ProviderFacts",
    "Templates",
    "engine_facts",
    "facts_for",
    "is_known_to_all",
    "login_host",
    "missing_programs",
    "names_secret",
    "newest_provider",
    "newest_series",
    "provider_release",
    "provider_releases",
    "registry_of",
    "secret_names",
    "series_that_takes",
    "series_with",
    "series_with_variable",
    "supported_series",
]
