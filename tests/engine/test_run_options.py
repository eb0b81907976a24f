"""Options of a container, as the engine and the container itself see them."""

from __future__ import annotations

import json

from real_run import SECRETS, Run, docker

pytest_plugins = ["ran"]

MEBI = 2**20


def test_what_the_container_sees(ran: Run) -> None:
    found = dict(line.split("=", 1) for line in ran.output("options", "many"))
    assert found["memory"] == str(64 * MEBI)
    assert found["shm"] == str(32 * 1024)
    assert found["files"] == "512/1024"
    assert found["hostname"] == "box"
    assert found["hosts"] == "10.0.0.5 db.internal"
    assert found["dns"] == "nameserver 10.1.2.3 search internal"
    ptrace = 1 << 19
    assert int(found["caps"].removeprefix("CapEff:"), 16) & ptrace


def test_what_the_engine_sees(ran: Run) -> None:
    (found,) = ran.containers("options", "many")
    assert found["Name"] == f"/{ran.name}-many-1"
    assert found["State"]["Running"]
    assert found["Config"]["User"] == "0"
    host = found["HostConfig"]
    assert host["Memory"] == 64 * MEBI
    assert host["CpuShares"] == 512
    assert host["IpcMode"] == "private"
    assert host["NetworkMode"] == "bridge"
    assert host["LogConfig"] == {"Type": "json-file", "Config": {"max-size": "10m", "max-file": "3"}}
    assert {limit["Name"]: (limit["Soft"], limit["Hard"]) for limit in host["Ulimits"]} == {
        "nofile": (512, 1024),
        "nproc": (300, 300),
    }
    ports = {port: [bound["HostPort"] for bound in bindings] for port, bindings in host["PortBindings"].items()}
    assert ports == {"8080/tcp": [str(ran.port)], "53/udp": [str(ran.port)]}


def test_labels_while_it_runs(ran: Run) -> None:
    (many,) = ran.containers("options", "many")
    own = {"org.example.step": "one 'two' $x", "other": ""}
    assert many["Config"]["Labels"].items() >= {**ran.labels("options", "many"), **own}.items()
    (plain,) = ran.containers("options", "plain")
    assert plain["Config"]["Labels"].items() >= ran.labels("options", "plain").items()
    assert ran.output("options", "plain") == "seen"


def test_a_function_has_them_too(ran: Run) -> None:
    assert ran.output("options", "function") == 48 * MEBI
    (found,) = ran.containers("options", "function")
    assert found["Config"]["Labels"].items() >= {**ran.labels("options", "function"), "step": "function"}.items()
    assert f"SECRET={SECRETS['SECRET']}" in found["Config"]["Env"]


def test_each_instance_has_them(ran: Run) -> None:
    assert ran.mapped("options", "mapped") == ["seen", "seen"]
    found = ran.containers("options", "mapped")
    assert len(found) == 2
    for one in found:
        assert one["HostConfig"]["Memory"] == 32 * MEBI
        assert one["Config"]["Labels"].items() >= {**ran.labels("options", "mapped"), "step": "mapped"}.items()
    assert {variable for one in found for variable in one["Config"]["Env"]} >= {"N=1", "N=2"}


def test_the_stack_s_network_has_the_name_that_dags_know(ran: Run) -> None:
    assert ran.after["networks"] == [f"{ran.name}_default"]
    (plain,) = ran.containers("options", "plain")
    assert plain["HostConfig"]["NetworkMode"] == f"{ran.name}_default"


def test_a_task_reaches_a_service_by_its_name(ran: Run) -> None:
    assert ran.output("network", "by-name") == "the answer is 42"
    assert ran.output("network", "function") == "the answer is 42\n"
    assert ran.output("network", "of-container") == "the answer is 42"


def test_other_networks(ran: Run) -> None:
    assert ran.output("network", "bridge") == "not reached"
    assert ran.output("network", "none") == "1"  # the title of a table without routes
    assert ran.output("network", "host") == docker("info", "--format", "{{.Name}}")


def test_another_engine(ran: Run) -> None:
    assert ran.output("engines", "second") == "from the second"
    assert ran.output("engines", "function") == ["of another file"]
    assert ran.second == 2


def test_a_service_of_a_swarm(ran: Run) -> None:
    assert ran.state("swarm", "service") == "success"
    assert ran.host["service.txt"] == f"service 0 {48 * MEBI}\n"
    assert ran.state("swarm", "fails") == "failed"
    made = [found["name"] for found in ran.seen.of("service", "create")]
    assert len(made) == 2, json.dumps(ran.seen.events)
    assert all(name.startswith(f"{ran.name}-") for name in made)
    assert [found["name"] for found in ran.seen.of("service", "remove")] == made
