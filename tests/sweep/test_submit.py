"""The files for clusters that are not here: their form, and that Dask knows what they ask of it."""

import re
import shutil
import subprocess

import pytest
import yaml
from small_book import REPOSITORY
from swept import DASK

SUBMIT = REPOSITORY / "sweep" / "submit"
SLURM, KUBERNETES = (SUBMIT / name for name in ("slurm.sbatch", "kubernetes.yml"))
PAGE = (REPOSITORY / "pages" / "cluster.md").read_text()


def containers():
    spec = yaml.safe_load(KUBERNETES.read_text())["spec"]
    return {name: spec[name]["spec"]["containers"][0] for name in ("scheduler", "worker")}


def options(text):
    return set(re.findall(r"--[a-z-]+", text))


def asked():
    """The options of each program of Dask, in the files and on the page."""
    found = {name: options(" ".join(each["args"])) for name, each in containers().items()}
    for line in [*SLURM.read_text().splitlines(), *PAGE.splitlines()]:
        for name in re.findall(r"bin/dask (scheduler|worker)", line):
            found[name] |= options(line.partition("bin/dask")[2].partition("#")[0])
    extra = re.search(r"worker_extra_args=(\[.*\])", (SUBMIT / "jobqueue.py").read_text())
    found["worker"] |= options(extra[1])
    return found


@pytest.mark.parametrize("program", ["scheduler", "worker"])
def test_dask_knows_every_option(program):
    said = subprocess.run([DASK, program, "--help"], capture_output=True, text=True, check=True)
    known = options(re.sub(r"/\s*(--no-)", r" \1", said.stdout))
    assert len(asked()[program] | {""}) > 1
    assert asked()[program] <= known


def test_the_slurm_script_is_a_shell_script_whose_directives_come_first():
    lines = SLURM.read_text().splitlines()
    directives = [index for index, line in enumerate(lines) if line.startswith("#SBATCH")]
    assert lines[0].startswith("#!/bin/") and directives == list(range(1, 1 + len(directives)))
    if shutil.which("bash"):
        subprocess.run(["bash", "-n", str(SLURM)], check=True)


def test_the_python_of_the_job_queue_compiles():
    path = SUBMIT / "jobqueue.py"
    compile(path.read_text(), path.name, "exec")


def test_the_cluster_runs_the_image_in_its_checkout_and_its_ports_meet():
    cluster = yaml.safe_load(KUBERNETES.read_text())
    assert (cluster["apiVersion"], cluster["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    assert {each["image"] for each in containers().values()} == {"REGISTRY/lqr-book"}
    workdir = re.search(r"^WORKDIR (\S+)$", (SUBMIT / "Containerfile").read_text(), re.M)[1]
    assert {each["workingDir"] for each in containers().values()} == {workdir}
    ports = {port["name"] for port in containers()["scheduler"]["ports"]}
    assert {
        port["targetPort"] for port in cluster["spec"]["scheduler"]["service"]["ports"]
    } == ports


def test_the_page_names_files_that_exist():
    named = set(re.findall(r"sweep/submit/[\w.]+", PAGE))
    assert len(named) == 4 and all((REPOSITORY / name).is_file() for name in named)
