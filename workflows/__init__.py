"""Procedures: one module each, readable beside the guideline that it carries out."""
