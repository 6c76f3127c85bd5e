"""A scheduler here and workers as SLURM jobs, until Ctrl-C; for a login node that may compute.

Needs dask-jobqueue: `.venv/bin/python -m uv pip install dask-jobqueue`. It prints the address that
`make sweep CLUSTER=…` takes.
"""

from dask_jobqueue import SLURMCluster

if __name__ == "__main__":
    cluster = SLURMCluster(
        cores=1,
        processes=1,
        memory="2GB",
        walltime="04:00:00",
        worker_extra_args=["--no-dashboard", "--death-timeout", "120"],
    )
    cluster.scale(jobs=16)
    print(cluster.scheduler_address, flush=True)
    try:
        input("Enter or Ctrl-C ends the workers ")
    except KeyboardInterrupt:
        pass
    finally:
        cluster.close()
