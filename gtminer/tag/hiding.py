"""Cues that hide others: the longest counts where several overlap, and a pseudo-cue takes what it holds with it."""

from bisect import bisect_left

from gtminer.tag.analysis import CueHit


def outermost(hits: list[CueHit]) -> list[CueHit]:
    """Return those of *hits* (outermost first) that lie in no longer one; a pseudo-cue only hides what it holds."""
    kept: list[CueHit] = []
    reach = -1
    last = (-1, -1)
    for hit in hits:
        place = (hit.start, hit.end)
        if hit.end <= reach and place != last:
            continue
        kept.append(hit)
        if hit.end > reach:
            reach, last = hit.end, place
    return _unhidden(kept)


def _unhidden(hits: list[CueHit]) -> list[CueHit]:
    """Return *hits* without pseudo-cues and those that end in one: "there was [no increase in]".

    "[there is] no specific treatment": what denies only the next word hides in the same way.
    """
    hiding = [hit for hit in hits if hit.kind in ("pseudo", "negates_next")]
    if not hiding:
        return hits
    found: list[CueHit] = []
    for hit in hits:
        if hit.kind == "negates_next":
            found.append(hit)
            continue
        place = bisect_left(hiding, hit.end, key=_end)
        if place == len(hiding) or not (hit.start < hiding[place].end and hiding[place].start < hit.end):
            found.append(hit)
    return found


def _end(hit: CueHit) -> int:
    return hit.end
