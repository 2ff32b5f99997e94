"""reads.py ROOT: read until stdin ends; every commit brings two rows, so an odd count is torn."""

import json
import os
import select
import sys

import pandas as pd
import pyarrow as pa

import archive

root = sys.argv[1]
counts = {"resolved": 0, "plain": 0, "opened": 0, "wrong": 0, "not_found": 0}


def check(frame):
    counts["wrong"] += (
        len(frame) % 2 or frame["article_id"].duplicated().any() or frame["story_id"].isna().any()
    )


while not select.select([sys.stdin], [], [], 0)[0]:
    check(pd.read_parquet(os.path.realpath(f"{root}/articles"), columns=["article_id", "story_id"]))
    counts["resolved"] += 1
    check(archive.open(root).articles(columns=["article_id", "story_id"]).to_pandas())
    counts["opened"] += 1
    try:
        check(pd.read_parquet(f"{root}/articles", columns=["article_id", "story_id"]))
        counts["plain"] += 1
    except FileNotFoundError:  # the view turned between the listing and the reading: loud, never wrong
        counts["not_found"] += 1
    except pa.ArrowInvalid as error:  # it turned while it was listed, and not one name was left
        if "No match for FieldRef.Name(article_id) in __fragment_index" not in str(error):
            raise
        counts["not_found"] += 1
    print("read", flush=True)
print(json.dumps(counts | {"wrong": int(counts["wrong"])}))
