"""Delivered files."""

from typing import ClassVar
from urllib.parse import quote

from django.db import models
from django.urls import reverse
from django.utils import timezone

from deliveries.naming import FileClass
from deliveries.querysets import ProductFileQuerySet
from projects.models import ExecBlock, MemberOUS, Project


class ProductFile(models.Model):
    """One file of what is delivered for a member OUS, as far as its source tells.

    It belongs to one generation of the products; a mere list of files knows none.
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="product_files")
    member_ous = models.ForeignKey(
        MemberOUS,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="product_files",
        help_text="Empty where no source says whose file it is.",
    )
    exec_block = models.ForeignKey(
        ExecBlock,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="product_files",
        help_text="The execution whose data or calibration it holds, for raw data and the like.",
    )
    path = models.CharField(
        max_length=500, help_text="Place in the package, below the member OUS's folder."
    )
    name = models.CharField(max_length=255)
    file_class = models.CharField(
        "class",
        max_length=12,
        blank=True,
        choices=[(word.value, word.value) for word in FileClass],
        help_text="As the request handler and the package's folders sort it.",
    )
    kind = models.CharField(max_length=40, blank=True, help_text="What its name says it holds.")
    size_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    generation = models.PositiveIntegerField(
        null=True, blank=True, help_text="Which delivery of the member OUS; null if unknown."
    )
    source = models.CharField(max_length=40, help_text="Which source last said so.")
    created_at = models.DateTimeField(default=timezone.now)
    modified_at = models.DateTimeField(default=timezone.now)

    objects = ProductFileQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["member_ous", "generation", "path"], name="product_file_in_generation"
            ),
            models.UniqueConstraint(
                fields=["member_ous", "path"],
                condition=models.Q(generation=None),
                name="product_file_without_generation",
            ),
            models.UniqueConstraint(
                fields=["project", "path"],
                condition=models.Q(member_ous=None, generation=None),
                name="product_file_of_project",
            ),
            models.CheckConstraint(
                condition=models.Q(file_class__in=["", *(word.value for word in FileClass)]),
                name="product_file_class_known",
            ),
            models.CheckConstraint(condition=~models.Q(path=""), name="product_file_has_path"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        # A source may have given it any name, with what no address can spell by itself.
        folder = reverse("product-file", args=[self.pk, "-"]).removesuffix("-")
        return folder + quote(self.name, safe="")
