"""Plans of the Observing Tool in miniature."""

PRJ = 'xmlns:prj="Alma/ObsPrep/ObsProject" xmlns:val="Alma/ValueTypes"'
PROJECT_UID = "uid://A001/X10/X1"


def ref(kind: str, uid: str, part: str = "") -> str:
    """Write a reference element."""
    part_id = f' partId="{part}"' if part else ""
    return f'<prj:{kind} entityId="{uid}"{part_id}/>'


def ous(name: str, part: str, inner: str = "", state: str = "Ready", uid: str = "") -> str:
    """Write an ObsUnitSet; with ``uid`` it has a status document."""
    status = ref("OUSStatusRef", uid) if uid else ""
    return (
        f'<prj:ObsUnitSet status="{state}" entityPartId="{part}"><prj:name>{name}</prj:name>'
        f"{inner}{status}</prj:ObsUnitSet>"
    )


def sched_block_ref(uid: str) -> str:
    """Write a reference to an SB."""
    return ref("SchedBlockRef", uid)


def goal(name: str, part: str, inner: str = "") -> str:
    """Write a ScienceGoal that names a set."""
    return (
        f"<prj:ScienceGoal><prj:name>{name}</prj:name>"
        f"{ref('ObsUnitSetRef', PROJECT_UID, part)}{inner}</prj:ScienceGoal>"
    )


def project(
    plan: str,
    *,
    uid: str = PROJECT_UID,
    code: str = "2013.1.90001.S",
    more: str = "",
    goals: str = "",
    state: str = "Ready",
    root: str = "",
) -> str:
    """Write an ObsProject document."""
    return (
        f'<prj:ObsProject {PRJ} status="{state}"><prj:ObsProjectEntity entityId="{uid}"/>{more}'
        f"<prj:projectName>Plan</prj:projectName><prj:pI>jdoe</prj:pI><prj:code>{code}</prj:code>"
        f"<prj:timeOfCreation>2013-01-01</prj:timeOfCreation><prj:ObsProgram>{goals}"
        f'<prj:ObsPlan status="Ready" entityPartId="Xroot">{plan}{root}</prj:ObsPlan>'
        f"</prj:ObsProgram></prj:ObsProject>"
    )


def sched_block(uid: str, name: str, inner: str = "", state: str = "Ready") -> str:
    """Write a SchedBlock document, with another prefix."""
    return (
        '<sbl:SchedBlock xmlns:sbl="Alma/ObsPrep/SchedBlock" '
        f'{PRJ} status="{state}"><prj:name>{name}</prj:name>'
        f'<sbl:SchedBlockEntity entityId="{uid}"/>{inner}</sbl:SchedBlock>'
    )


def status(kind: str, uid: str, state: str, inner: str = "") -> str:
    """Write a status document, in its default namespace with a prefixed Status."""
    return (
        f'<{kind} xmlns="Alma/Scheduling/{kind}">'
        f'<ns1:Status xmlns:ns1="Alma/Scheduling/ProjectStatus" State="{state}"/>'
        f'<{kind}Entity entityId="{uid}"/>{inner}</{kind}>'
    )


def plain_ref(kind: str, uid: str) -> str:
    """Write a reference without a prefix, as status documents do."""
    return f'<{kind} entityId="{uid}"/>'
