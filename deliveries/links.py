"""The links of added-value products. Pure."""

from types import MappingProxyType

LINK_TITLES = MappingProxyType(
    {
        "calibrated_ms": "calibrated MS",
        "weblog": "weblog",
        "admit": "ADMIT products",
        "article": "knowledge-base article",
    }
)
LINKS = tuple(LINK_TITLES)
