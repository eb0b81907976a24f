"""What is true of the world: Airflow and its docker provider, by version.

Data files with the source of each fact; this package is the only one that compares versions. The rest of airdock
asks for a `Feature` by name, or for a value.
"""

from airdock.facts.airflow_facts import AirflowFacts, Feature, facts_for, newest_series, supported_series
from airdock.facts.provider_facts import ProviderFacts, newest_provider, provider_release, provider_releases

__all__ = [
    "AirflowFacts",
    "Feature",
    "ProviderFacts",
    "facts_for",
    "newest_provider",
    "newest_series",
    "provider_release",
    "provider_releases",
    "supported_series",
]
