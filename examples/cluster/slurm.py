"""A cluster of Slurm jobs: start this on the login node, and then grade with what it prints.

pip install dask-jobqueue
python slurm.py 32
"""

import sys
import time

import dask
from dask_jobqueue import SLURMCluster

# Dask's own profiler keeps samples of an hour, and grows by 100 MB with them.
dask.config.set({"distributed.worker.profile.enabled": False})
cluster = SLURMCluster(
    # A job is a worker process with one thread: one submission at a time.
    cores=1,
    processes=1,
    memory="4GB",
    walltime="04:00:00",
    job_script_prologue=["export DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED=False"],
    local_directory="/tmp",
    # A folder that every node sees and only you can read: certificates for the connections.
    shared_temp_directory="~/.fairgrade",
    protocol="tls://",
    security=True,
    python="/path/to/venv/bin/python",
)
cluster.scale(jobs=int(sys.argv[1]))
security = cluster.security
print("grade submissions/ --scheduler", cluster.scheduler_address, flush=True)
try:
    while True:
        time.sleep(60)
except KeyboardInterrupt:
    cluster.close()
