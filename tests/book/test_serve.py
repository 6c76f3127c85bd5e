"""The built book is served to this machine only."""

import subprocess
import urllib.error
import urllib.request

import pytest
from small_book import REPOSITORY, command


def test_serves_the_built_book_on_the_loopback_address(book):
    book.write("_build/html/index.html", "the book")
    book.write("secret.txt", "not served")
    with subprocess.Popen(
        command(book.root, "serve"), cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().split()[4]
            assert address.startswith("http://127.0.0.1:")
            assert server.stdout.readline().strip() == address, "the browser opens it"
            with urllib.request.urlopen(address) as answer:
                assert answer.read() == b"the book"
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(f"{address}../../secret.txt")
            caught.value.close()
        finally:
            server.kill()


def test_without_a_built_book(run):
    code, _, err = run("serve")
    assert code == 1 and err.startswith("there is no built book yet: run make book")
