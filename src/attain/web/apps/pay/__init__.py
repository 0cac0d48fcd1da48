"""Periods, runs, the ledger of closed periods, and what people decide about pay."""
