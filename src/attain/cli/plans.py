"""Plan documents: are they sound, do their tests pass, what do they say, and may runs pay by them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attain.cli.documents import document_named, not_published, published_otherwise, readable_of, tests_called
from attain.cli.options import Actor, Folder, Json, Language, Reason, actor_of, examples, language_of, opened, wrong_use

if TYPE_CHECKING:
    from attain.plans.loader import Document
    from attain.plans.plan_tests import TestResult

Files = Annotated[list[Path] | None, typer.Argument(help="Plan documents; else all of plans/.")]


def add_to(app: typer.Typer) -> None:
    app.command(
        short_help="Look for mistakes in plans, without data.",
        epilog=examples("check", "check plans/account-executive.yaml --json"),
    )(check)
    app.command(
        short_help="Run the tests that stand in plans, twice.",
        epilog=examples("test", 'test --only "account-executive: crosses the first tier"'),
    )(test)
    app.command(
        short_help="Say a plan in words.",
        epilog=examples("describe account-executive", "describe plans/ae.yaml --language de --markdown"),
    )(describe)
    app.command(
        short_help="Let runs pay by plans.",
        epilog=examples('publish --reason "signed on 12 January"', "publish plans/account-executive.yaml"),
    )(publish)
    app.command(
        short_help="Take a published version out of use.",
        epilog=examples('retire account-executive 2026-2 --reason "was never signed"'),
    )(retire)


def check(
    files: Files = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Errors and warnings only.")] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Look for everything that is wrong with plans, without data: each finding with the case that proves it.

    Exit status 1 if there are errors. Warnings are most often mistakes; notes are choices whose cost one should know.
    """
    from attain.cli.tables import answer, say
    from attain.kernel.errors import Findings, count_in_words
    from attain.web.apps.plans.checking import errors_in, looked_at

    workspace = opened(folder, records=False)
    documents: list[Document] = []
    try:
        documents, found = readable_of(workspace, files)
        said, sound = looked_at(workspace, documents)
        found += [*said, *published_otherwise(workspace, sound)]
    except Findings as unreadable:
        found = list(unreadable.findings)
    shown = [finding for finding in found if not quiet or finding.level != "note"]

    def show() -> None:
        for finding in shown:
            say(f"{finding.level}  {finding}")
            if finding.witness:
                say(f"  Case: {finding.witness}")
            say()
        read = f"{len(documents)} plan{'s' * (len(documents) != 1)}: " if documents else ""
        say(read + (count_in_words(found) if found else "nothing to say against them") + ".")

    document = {"plans": [one.id for one in documents], "findings": [finding.as_dict() for finding in shown]}
    answer(as_json, document, show)
    if errors_in(found):
        raise typer.Exit(1)


def test(
    files: Files = None,
    only: Annotated[str | None, typer.Option(help="A plan, a test, or `plan: test`.")] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Run the tests that stand in plans, twice: by the engine, and by the checker that computes on its own.

    Both must give what is expected, and the same to the cent in all that is not. Plans with errors are not run. A
    document that cannot be read hinders no other plan, and is a failure.
    """
    from attain.cli.tables import answer, say, working
    from attain.kernel.errors import Findings
    from attain.plans.plan_tests import chosen
    from attain.web.apps.plans.checking import errors_in, findings_of, results_of

    workspace = opened(folder, records=False)
    if files or only is None:
        documents, unreadable = readable_of(workspace, files)
    else:
        documents, unreadable = tests_called(workspace, only), []
    tested = {document.plan.plan for document, _, _ in chosen(documents, only)}
    if only is not None and not tested:
        raise wrong_use(f"No plan and no test is called {only!r}.")
    to_check = [document for document in documents if only is None or document.plan.plan in tested]
    errors = errors_in(findings_of(workspace, to_check))
    if errors or (unreadable and not documents):
        raise Findings([*unreadable, *errors])
    with working("Testing", len(tested)) as step:
        results = results_of(workspace, documents, step, only)
    failed = [result for found in results.values() for result in found if not result.passed]

    def show() -> None:
        for by, found in results.items():
            for result in found:
                say(f"{by:<8} {result}")
        count = len(results["engine"])
        said = "all pass by engine and checker" if not failed else f"{len(failed)} results are not as expected"
        say(f"{count} test{'s' * (count != 1)}: {said}." if count else "These plans hold no tests.")
        for finding in unreadable:
            say(f"\n{finding.level}  {finding}")

    document = {"results": [_result(by, one) for by, found in results.items() for one in found]}
    answer(as_json, {**document, "unreadable": [finding.as_dict() for finding in unreadable]}, show)
    if failed or unreadable:
        raise typer.Exit(1)


def _result(by: str, result: TestResult) -> dict[str, Any]:
    return {
        "by": by,
        "plan": result.plan,
        "test": result.name,
        "passed": result.passed,
        "where": result.where.as_dict(),
        "differences": [one._asdict() for one in result.differences],
    }


def describe(
    plan: Annotated[str, typer.Argument(help="A file, a plan, or plan@version as published.")],
    language: Language = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown, for a document.")] = False,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """A plan in the words of a plan letter, made from the document and from nothing else."""
    from typing import cast

    from attain.cli.tables import answer, say
    from attain.plans.prose import Language as Spoken
    from attain.plans.prose import describe as in_words

    workspace = opened(folder, records=False)
    document = document_named(workspace, plan)
    spoken = language_of(language, workspace)
    prose = in_words(document.plan, cast(Spoken, spoken))
    text = prose.markdown() if markdown else prose.text()
    answer(as_json, {"plan": document.id, "language": spoken, "text": text}, lambda: say(text.rstrip("\n")))


def publish(
    files: Files = None,
    reason: Annotated[str, typer.Option(help="Why, for the log.")] = "",
    untested: Annotated[bool, typer.Option("--untested", help="Do not run the tests of the plans first.")] = False,
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Let runs pay by plans, after a check and their tests. A published version never changes.

    A version without `through` ends where the next one of its plan starts. One that was retired comes back only when
    its file is named.
    """
    from attain.cli.tables import answer, table, working
    from attain.kernel.errors import Finding, Findings

    workspace = opened(folder)
    from attain.web.apps.plans.checking import errors_in, findings_of, results_of
    from attain.web.apps.plans.selectors import published_versions, retired_names
    from attain.web.apps.plans.services import publish_plan

    documents, unreadable = readable_of(workspace, files)
    if unreadable:
        raise Findings([*unreadable, not_published(workspace, documents, unreadable)])
    if not files:  # what was retired comes back only when it is named
        documents = [document for document in documents if document.id not in retired_names()]
    if errors := errors_in(findings_of(workspace, documents)):
        raise Findings(errors)
    if not untested:
        with working("Testing", len({document.plan.plan for document in documents})) as step:
            failed = [
                one for found in results_of(workspace, documents, step).values() for one in found if not one.passed
            ]
        if failed:
            raise Findings(Finding("error", "plan.test-failed", str(result), result.where) for result in failed)
    in_order = sorted(documents, key=lambda document: document.plan.effective.start)
    for document in in_order:
        publish_plan(workspace, document, actor=actor_of(actor), reason=reason)
    named = {document.id for document in in_order}
    done = [one for one in published_versions() if str(one) in named]
    rows = [
        {
            "plan": str(one),
            "from": one.effective_from,
            "to": one.effective_to,
            "hash": one.content_hash,
            "by": one.published_by,
        }
        for one in done
    ]
    shown = [(row["plan"], row["from"], row["to"] or "open", row["by"]) for row in rows]
    answer(as_json, {"published": rows}, lambda: table(("Published", "from", "to (excluded)", "by"), shown))


def retire(
    plan: Annotated[str, typer.Argument(help="The plan, or plan@version.")],
    version: Annotated[
        str | None, typer.Argument(help="Its version; may be left out where only one is published.")
    ] = None,
    reason: Reason = "",
    folder: Folder = None,
    actor: Actor = None,
    as_json: Json = False,
) -> None:
    """Take a published version out of use. A version that it had ended holds on, as its own document says.

    Refused when a closed period was paid by it. Publishing the same document again brings it back.
    """
    from attain.cli.tables import answer, say

    workspace = opened(folder)
    from attain.web.apps.plans.selectors import published_versions
    from attain.web.apps.plans.services import retire_plan

    plan, at, named = plan.partition("@")
    if at and version is not None and version != named:
        raise wrong_use(f"{plan}@{named} and {version} are two versions; name one.")
    chosen = version or named or _only_version(plan)
    gone = retire_plan(workspace, plan, chosen, actor=actor_of(actor), reason=reason)
    left = [
        {"plan": str(one), "from": one.effective_from, "to": one.effective_to} for one in published_versions(plan=plan)
    ]

    def show() -> None:
        say(f"{gone} no longer counts, from the next run on.")
        for one in left:
            until = f" to {one['to']} (excluded)" if one["to"] else ""
            say(f"{one['plan']} holds from {one['from']}{until}.")

    answer(as_json, {"retired": str(gone), "published": left}, show)


def _only_version(plan: str) -> str:
    from attain.kernel.errors import NotFound, suggest
    from attain.web.apps.plans.selectors import published_versions

    versions = published_versions(plan=plan)
    if len(versions) > 1:
        raise wrong_use(f"{plan} has the versions {', '.join(one.plan_version for one in versions)}; name one.")
    if not versions:
        known = sorted({one.plan for one in published_versions()})
        near = suggest(plan, known)
        hint = f"Did you mean {near}?" if near else f"Published are {', '.join(known) or 'none'}."
        raise NotFound(f"No version of a plan {plan} is published.", code="plans.unknown", hint=hint)
    return str(versions[0].plan_version)
