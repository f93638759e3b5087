"""One DAG per dataset, made from its contract: pull, prepare, review, publish.

What passes between the tasks is an address, never rows. A network that was down is tried again,
ever more slowly; bad data is not: it fails at once with the sentence for the person who must act.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from airflow.sdk import (
    DAG,
    Asset,
    CronTriggerTimetable,
    Param,
    get_current_context,
    get_parsing_context,
    task,
)
from airflow.sdk import Connection as AirflowConnection
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from gongkai import city, contracts, describe, home, sources
from gongkai.connections import Connection
from gongkai.contracts import Contract
from gongkai.errors import GongkaiError

Result = TypeVar("Result")

HEALS = {
    "retries": 3,
    "retry_delay": timedelta(seconds=20),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=15),
}
PERIOD = r"^\d{4}(-H[12]|-Q[1-4]|-\d{2}(-\d{2})?)?$"


def told(work: Callable[[], Result]) -> Result:
    """Do the work; an error that cannot heal fails the task without another try."""
    try:
        return work()
    except GongkaiError as error:
        kind = AirflowException if error.heals else AirflowFailException
        raise kind(str(error)) from None


def connect(name: str) -> Connection:
    """A department's connection, as Airflow keeps it."""
    kept = AirflowConnection.get(name)
    return Connection(
        name=name,
        kind=kept.conn_type,
        host=kept.host or "",
        port=kept.port,
        schema=kept.schema or "",
        login=kept.login or "",
        password=kept.password or "",
        extra=kept.extra_dejson,
    )


def dataset_dag(contract: Contract, here: city.City, source: str) -> DAG:
    """The DAG of one dataset."""
    department = here.department(contract)
    with DAG(
        dag_id=contract.dataset,
        dag_display_name=here.title(contract).zh,
        description=here.title(contract).en,
        doc_md=describe.page(contract, here, source),
        tags=[contract.area, department.slug],
        # a dataset that is new, or a stand that was down, is not run on the spot
        schedule=CronTriggerTimetable(
            contract.schedule, timezone="Asia/Shanghai", run_immediately=False
        ),
        catchup=False,
        max_active_runs=1,
        is_paused_upon_creation=False,
        default_args={"owner": department.slug, **HEALS},
        params={
            "period": Param(
                None,
                type=["null", "string"],
                pattern=PERIOD,
                title="期间 · Period",
                description="2024, 2024-H1, 2024-Q3, 2024-07, 2024-07-15",
            ),
            "full": Param(False, type="boolean", title="全量取数 · All, not only what is new"),
            "backfill": Param(False, type="boolean", title="历史信息补录 · Records of the past"),
        },
    ) as dag:

        @task.short_circuit
        def pull() -> str | None:
            """Fetch what the department hands over; ends the run where nothing has changed."""
            from gongkai import pipeline

            context = get_current_context()
            given, run_id = context["params"], context["dag_run"].run_id

            def work() -> str | None:
                here = home.load()
                receipts = pipeline.pull(
                    contract.dataset,
                    here,
                    period=given["period"],
                    full=given["full"],
                    backfill=given["backfill"],
                    connect=connect,
                    run_id=run_id,
                    progress=print,
                )
                if receipts.unchanged:
                    pipeline.unchanged(receipts, here)
                    return None
                return receipts.attempt

            return told(work)

        @task
        def prepare(address: str) -> dict[str, Any]:
            """Read, conform, check, protect, compare and expect; touches nothing public."""
            from gongkai import pipeline

            staged = told(lambda: pipeline.prepare(address, home.load(), progress=print))
            print(
                f"{staged.dataset}: in {staged.rows_in} = accepted {staged.accepted} + "
                f"quarantined {staged.quarantined}; +{staged.added} -{staged.removed} "
                f"~{staged.changed} -> edition {staged.edition}"
            )
            return {"address": staged.address, "holds": list(staged.holds)}

        @task.short_circuit
        def review(staged: dict[str, Any]) -> bool:
            """Lets the edition wait for a steward where something asks for it; the run ends here
            then, and `gongkai review` publishes it or not."""
            from gongkai import pipeline

            if not staged["holds"]:
                raise AirflowSkipException("nothing asks for a review")
            told(lambda: pipeline.hold(staged["address"], home.load()))
            for reason in staged["holds"]:
                print(reason)
            print(f"gongkai review show {contract.dataset}")
            return False

        @task(trigger_rule="none_failed", outlets=[Asset(f"gongkai://{contract.dataset}")])
        def publish(staged: dict[str, Any]) -> str | None:
            """Make it the latest edition, in the lake and on the portal."""
            from gongkai import pipeline

            outcome = told(lambda: pipeline.publish(staged["address"], home.load(), progress=print))
            print(f"{outcome.dataset}: {outcome.state}, edition {outcome.edition}")
            return outcome.portal_url

        waiting = prepare(pull())
        review(waiting) >> publish(waiting)
    return dag


_home = home.load()
_here = city.load(_home)
# a task that is about to run asks for its own DAG alone
_asked = get_parsing_context().dag_id
for _name in (_asked,) if _asked else contracts.names():
    if sources.feeds(_name, _home):
        _contract = contracts.load(_name)
        _source = sources.active(_contract, _home)
        globals()[_name] = dataset_dag(_contract, _here, _source.title)
