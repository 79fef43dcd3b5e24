"""Sizes of a phone and of a desk."""

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
