"""A writer that closes lets go of all that it has taken over, in its own process too."""


def test_what_was_taken_over_and_not_committed_is_the_next_writers(open_writer, article):
    with open_writer("run-1") as writer:
        writer.add_article(article(1))
    for number in (2, 3):
        with open_writer(f"run-{number}") as writer:
            assert writer.recovered == 1
