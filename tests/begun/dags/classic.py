"""A DAG as they are written by hand: constants, default_args, mounts, lists of tasks."""

from __future__ import annotations

import os
from datetime import datetime, timedelta

from airflow import DAG
from airflow.models.baseoperator import chain
from airflow.providers.docker.operators.docker import DockerOperator
from docker.types import DeviceRequest, Mount, Ulimit

ROOT = "@ROOT@"
TAG = "3.20"
IMAGE = f"alpine:{TAG}"
DATA = Mount(target="/data", source=ROOT + "/data", type="bind")
COMMON = {"A": "1", "B": "{{ ds }}"}
ARGS = {
    "owner": "shop",
    "retries": 2,
    "retry_delay": timedelta(minutes=5),
    "depends_on_past": False,
    "docker_url": "unix://var/run/docker.sock",
}

with DAG(
    "classic",
    default_args=ARGS,
    description='A "classic" one',
    schedule="0 3 * * *",
    start_date=datetime(2024, 1, 1),
    catchup=False,
    tags=["shop", "old"],
    max_active_runs=1,
    dagrun_timeout=timedelta(hours=2),
) as dag:
    fetch = DockerOperator(
        task_id="fetch",
        image=IMAGE,
        command="sh -c 'echo hello > /data/x && cat /data/x'",
        mounts=[
            DATA,
            Mount("/cache", "shop_cache"),
            Mount(target="/tmp/x", source=None, type="tmpfs", tmpfs_size=1000000),
        ],
        environment={**COMMON, "API_TOKEN": "s3cr3t-value", "HOME_OF": os.environ.get("SHOP_HOME", "/srv")},
        auto_remove="success",
        mount_tmp_dir=False,
        api_version="auto",
        mem_limit="512M",
        execution_timeout=timedelta(minutes=90),
        retries=0,
    )
    parts = [
        DockerOperator(task_id="left", image=IMAGE, command=["echo", "l'eft", '\u00e9\n"q"'], network_mode="bridge"),
        DockerOperator(
            task_id="right",
            image="registry.example.org:5000/team/etl:1.2",
            user=1000,
            working_dir="/w",
            entrypoint=["/bin/sh"],
            cap_add=["SYS_PTRACE"],
            extra_hosts={"db": "10.0.0.5"},
            device_requests=[DeviceRequest(count=-1, capabilities=[["gpu"]])],
            ulimits=[Ulimit(name="nofile", soft=1024, hard=4096)],
            shm_size=128 * 1024 * 1024,
            skip_on_exit_code=99,
            xcom_all=True,
            tty=True,
        ),
    ]
    load = DockerOperator(
        task_id="load",
        image="alpine:3.20",
        command=["echo", "{{ ti.xcom_pull('fetch') }}"],
        mounts=[Mount("/data", ROOT + "/data", "bind", read_only=True)],
        environment={"N": fetch.output},
        do_xcom_push=False,
        trigger_rule="none_failed",
    )
    fetch >> parts >> load
    tidy = DockerOperator(task_id="tidy", image=IMAGE)
    load.set_downstream(tidy)
    chain(fetch, tidy)
