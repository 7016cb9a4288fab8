"""Decisions on a mission, by what they are about; `domain.mission_decide` is their door."""
