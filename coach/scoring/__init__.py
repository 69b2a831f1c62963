"""Verdicts on key points, evidence for them, and the score and grade that follow."""
