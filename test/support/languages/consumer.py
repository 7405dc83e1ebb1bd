"""A program in Python that uses the components, by the Automation API: it serves itself to the engine, so that no
language host is needed. Reads one request as JSON from standard input, and answers with one line of JSON."""

import json
import sys

import pulumi
from pulumi import automation

request = json.load(sys.stdin)


class Cluster(pulumi.ProviderResource):
    def __init__(self):
        super().__init__("kubernetes", "cluster", request["provider"])


class Remote(pulumi.ComponentResource):
    """A component of the package as generated SDKs have it: a name, inputs, and `remote`."""

    def __init__(self, wanted, inputs, opts):
        outputs = {key: None for key in wanted["outputs"]}
        super().__init__(wanted["token"], wanted["name"], {**inputs, **outputs}, opts, True)

    def output(self, key):
        return getattr(self, key)


def program():
    cluster = Cluster()
    made = {}
    for wanted in request["wanted"]:
        inputs = {
            key: pulumi.Output.secret(value) if key in wanted.get("secrets", []) else value
            for key, value in wanted["inputs"].items()
        }
        inputs.update({key: made[name] for key, name in wanted.get("references", {}).items()})
        for key, place in wanted.get("from", {}).items():
            name, output = place.split(".")
            inputs[key] = made[name].output(output)
        opts = pulumi.ResourceOptions(
            providers={"kubernetes": cluster}, depends_on=[made[name] for name in wanted.get("dependsOn", [])]
        )
        made[wanted["name"]] = Remote(wanted, inputs, opts)
    for wanted in request["wanted"]:
        pulumi.export(wanted["name"], {key: made[wanted["name"]].output(key) for key in wanted["outputs"]})


def run():
    stack = automation.create_or_select_stack(
        stack_name=request["stackName"],
        project_name="consumer",
        program=program,
        opts=automation.LocalWorkspaceOptions(
            work_dir=request["directory"],
            env_vars=request["environment"],
            secrets_provider="passphrase",
            pulumi_command=automation.PulumiCommand(root=request["pulumiRoot"], skip_version_check=True),
        ),
    )
    answer = {"changes": {}, "outputs": {}, "errors": [], "warnings": [], "failed": False}
    printed = []

    def on_event(event):
        if event.summary_event:
            answer["changes"] = {str(kind): count for kind, count in event.summary_event.resource_changes.items()}
        diagnostic = event.diagnostic_event
        if diagnostic and diagnostic.severity in ("error", "warning") and not diagnostic.ephemeral:
            answer[diagnostic.severity + "s"].append(diagnostic.message)

    options = {"on_event": on_event, "on_output": printed.append, "color": "never"}
    try:
        getattr(stack, request["operation"])(**options)
        if request["operation"] == "up":
            answer["outputs"] = {
                key: {"value": output.value, "secret": output.secret} for key, output in stack.outputs().items()
            }
    except Exception as error:  # What fails is an answer, too.
        answer["failed"] = True
        printed.append(str(error))
    answer["printed"] = "\n".join(printed)
    return answer


print(json.dumps(run()))
