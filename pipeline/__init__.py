"""The core and its stores: extract, resolve, evidence, records, store. No scrapy, no prefect."""
