"""cluster: client, scheduler and worker on three hosts, whose links are cut.

The hosts are network namespaces joined by veth pairs, which takes root and iproute2.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing
from tests.runs.cluster_class import Where, graded, recorded, write_class
from tests.runs.real_cluster import RealCluster
from tests.waiting import ENDLESS_NAME, processes_called, until

# A connection that does not answer for so long is given up by Dask; 30 s where nothing is set.
TCP = {"DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s"}
CLIENT, SCHEDULER, WORKER = "10.213.1.2", "10.213.1.1", "10.213.2.2"
SCHEDULER_FOR_WORKER = "10.213.2.1"


class Hosts:
    """Three network namespaces: the scheduler's in the middle has a link to each of the others."""

    def __init__(self) -> None:
        self.names = {each: f"fg{os.getpid()}{each}" for each in "csw"}

    def __enter__(self) -> Hosts:
        for name in self.names.values():
            _ip("netns", "add", name)
            _ip("-n", name, "link", "set", "lo", "up")
        self._join("c", CLIENT, SCHEDULER)
        self._join("w", WORKER, SCHEDULER_FOR_WORKER)
        return self

    def __exit__(self, *_: object) -> None:
        for name in self.names.values():
            _ip("netns", "delete", name)

    def on(self, host: str) -> list[str]:
        """What is put before a command for it to run on a host."""
        # Not `ip netns exec`, which hides control groups.
        return ["nsenter", f"--net=/run/netns/{self.names[host]}"]

    def link(self, host: str, state: str) -> None:
        """Cut ("down") or mend ("up") a host's link to the scheduler, at the scheduler's end."""
        _ip("-n", self.names["s"], "link", "set", f"to-{host}", state)

    def _join(self, host: str, address: str, scheduler: str) -> None:
        there, middle, end = self.names[host], self.names["s"], f"to-{host}"
        pair = ("type", "veth", "peer", "name", end, "netns", middle)
        _ip("link", "add", "name", "eth", "netns", there, *pair)
        _ip("-n", there, "address", "add", f"{address}/24", "dev", "eth")
        _ip("-n", middle, "address", "add", f"{scheduler}/24", "dev", end)
        _ip("-n", there, "link", "set", "eth", "up")
        self.link(host, "up")


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


@pytest.fixture
def hosts() -> Iterator[Hosts]:
    if os.getuid() != 0:
        missing("network namespaces take root")
    if not shutil.which("ip"):
        missing("there is no ip on the PATH; install Debian's iproute2")
    probe = f"fg{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", probe], capture_output=True, check=False).returncode:
        missing("no network namespaces can be made here")
    _ip("netns", "delete", probe)
    with Hosts() as hosts:
        yield hosts


@pytest.mark.thorough
def test_links_that_are_cut_and_mended_lose_nothing(
    hosts: Hosts, frozen_course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First the worker's, in the middle of a submission, until it ends for want of a scheduler;
    then the client's, until it says that the scheduler is lost."""
    for name, value in TCP.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "class").mkdir()
    folder, book = write_class(tmp_path / "class"), tmp_path / "b.sqlite"
    expected = graded(folder, Where(frozen_course), tmp_path / "expected.sqlite")
    told = tmp_path / "told"
    command = [*hosts.on("c"), sys.executable, "-c", "from grader.cli import main; main()"]
    command += ["run", str(folder), "--root", str(frozen_course), "--assignment", "words"]
    command += ["--scheduler", f"tcp://{SCHEDULER}:8786", "--seed", "3"]
    command += ["--gradebook", str(book), "--output", str(tmp_path / "out")]
    with RealCluster(tmp_path) as cluster, told.open("wb") as file:
        cluster.start("scheduler", "--host", "0.0.0.0", "--port", "8786", before=hosts.on("s"))
        worker = start_worker(cluster, hosts, tmp_path)
        with subprocess.Popen(command, stdout=file, stderr=file) as client:
            first = until(lambda: set(processes_called(ENDLESS_NAME)))
            hosts.link("w", "down")
            until(lambda: worker.poll() is not None)
            hosts.link("w", "up")
            start_worker(cluster, hosts, tmp_path)
            until(lambda: set(processes_called(ENDLESS_NAME)) - first)
            hosts.link("c", "down")
            until(lambda: b"the scheduler is lost" in told.read_bytes())
            hosts.link("c", "up")
            assert client.wait() == 0, told.read_text()
    assert recorded(book) == dict.fromkeys(expected, 1)
    # Nothing is graded here: all of it is in the gradebook.
    assert graded(folder, Where(frozen_course), book) == expected
    assert json.loads((tmp_path / "out" / "results.json").read_text())["seed"] == 3


def start_worker(cluster: RealCluster, hosts: Hosts, folder: Path) -> subprocess.Popen[bytes]:
    arguments = (f"tcp://{SCHEDULER_FOR_WORKER}:8786", "--nthreads", "1")
    place = ("--local-directory", str(folder))
    return cluster.start("worker", *arguments, *place, before=hosts.on("w"))
