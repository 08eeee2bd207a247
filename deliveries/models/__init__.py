"""What is delivered: files, who read them, whose they are how long, what is mailed of it."""

from deliveries.models.access import FileHold, FileReading
from deliveries.models.added_value import AddedValue
from deliveries.models.blanket import BlanketExtension
from deliveries.models.clock_entry import ClockEntry, entries_of
from deliveries.models.delivery import (
    Delivery,
    DeliveryPlace,
    DeliveryState,
    MissingFile,
    Shortcoming,
)
from deliveries.models.mail_line import STAGES, LineKind, MailLine
from deliveries.models.notice import LogPlace, MailRule, Notice, NoticeKind, NoticeState
from deliveries.models.product_file import ProductFile

__all__ = [
    "STAGES",
    "AddedValue",
    "BlanketExtension",
    "ClockEntry",
    "Delivery",
    "DeliveryPlace",
    "DeliveryState",
    "FileHold",
    "FileReading",
    "LineKind",
    "LogPlace",
    "MailLine",
    "MailRule",
    "MissingFile",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "ProductFile",
    "Shortcoming",
    "entries_of",
]
