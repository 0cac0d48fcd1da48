"""The interface for programs: one version, `/api/v1/`, on the same selectors and services as the pages."""

PREFIX = "/api/v1/"
