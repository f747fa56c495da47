#pragma once
/// Arrays of objects: whether values can be chosen that all lie in the same elements.
///
/// Place: after a rule's predicates are known to hold one by one, for events with arrays of
/// objects. Invariant: steps are taken in the order of their paths, so that exists:false sees what
/// was fixed before it and nothing else. Thread safety: a pure function. Source: Event Ruler 2.1.0;
/// docs/events.md, "Arrays of objects".

#include <cstdint>
#include <vector>

#include "events/event_leaves.h"

namespace clicklake::events {

struct ArrayValue {
  std::uint32_t membership;  ///< of EventLeaves, or kNone
  bool passes;               ///< one of the step's tests
};

struct ArrayStep {
  bool may_be_absent;              ///< also passes where no value fits what was fixed before
  std::vector<ArrayValue> values;  ///< all of the path
};

/// Whether a value can be chosen for every step (or its absence) so that no two lie in different
/// elements of one array. Cost: values x steps in ordinary events; never more than the number of
/// different choices that later steps can tell apart.
bool find_consistent(const EventLeaves& leaves, const std::vector<ArrayStep>& steps);

}  // namespace clicklake::events
