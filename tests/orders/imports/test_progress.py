from orders.imports.progress import ProgressBar


def test_a_terminal_sees_a_bar_that_is_drawn_over() -> None:
    seen: list[str] = []
    bar = ProgressBar(seen.append, "documents", live=True)
    bar(0, 40)
    bar(10, 40)
    bar.close()
    assert seen[1].startswith("\r[███████·······················]  25 %  10 of 40 documents, ")
    assert seen[-1] == "\n"


def test_a_log_sees_plain_lines_and_the_last_one_always() -> None:
    seen: list[str] = []
    bar = ProgressBar(seen.append, "documents", live=False)
    for done in (0, 10, 20, 40):
        bar(done, 40)
    bar.close()
    assert len(seen) == 1
    assert seen[0].startswith("100 %  40 of 40 documents, ")
    assert seen[0].endswith("/s\n")


def test_a_file_without_documents_is_done_at_once() -> None:
    seen: list[str] = []
    ProgressBar(seen.append, "documents", live=False)(0, 0)
    assert seen == ["100 %  0 of 0 documents, 0/s\n"]
