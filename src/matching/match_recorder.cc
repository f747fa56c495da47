#include "matching/match_recorder.h"

#include <utility>

namespace clicklake {
namespace {

constexpr std::size_t kFlushBytes = 256 << 10;
constexpr std::size_t kHeldBytes = 8 << 20;

}  // namespace

MatchRecorder::MatchRecorder(const RuleSet& rules, OutboxWriter* outbox, std::int64_t accepted_us,
                             std::filesystem::path temp_dir, std::string replay)
    : rules_(&rules),
      outbox_(outbox),
      accepted_us_(accepted_us),
      replay_(std::move(replay)),
      spill_(std::move(temp_dir)) {
  if (rules.over_envelope() != nullptr)
    envelope_reader_ = std::make_unique<events::MatchReader>(*rules.over_envelope());
  if (rules.over_event() != nullptr)
    event_reader_ = std::make_unique<events::MatchReader>(*rules.over_event());
}

void MatchRecorder::match(events::MatchReader* reader, std::string_view text) {
  const auto names = reader->match(text);
  if (!names) {
    unread_ = true;
    return;
  }
  matched_.insert(matched_.end(), names->begin(), names->end());
}

bool MatchRecorder::meets(const AcceptedEvent& event) {
  matched_.clear();
  unread_ = false;
  if (event_reader_) match(event_reader_.get(), object_of_line(event.line));
  over_event_ = matched_.size();
  if (envelope_reader_) {
    scratch_.clear();
    append_envelope(&scratch_, event, asks_for_keys(), replay_);
    match(envelope_reader_.get(), scratch_);
  }
  if (unread_) ++counts_.unreadable;
  return !matched_.empty();
}

void MatchRecorder::append_lines(const AcceptedEvent& event, std::string* out) {
  std::string identity = identity_text(event);
  if (!replay_.empty()) identity = "replay " + replay_ + " " + identity;
  OutboxMatch line;
  line.accepted_us = accepted_us_;
  line.replay = replay_;
  for (std::size_t i = 0; i < matched_.size(); ++i) {
    const std::string_view rule = matched_[i];
    if (i == 0 || i == over_event_) {
      scratch_.clear();
      if (i < over_event_) {
        append_event_with_keys(&scratch_, event, replay_);
      } else {
        append_envelope(&scratch_, event, true, replay_);
      }
    }
    const std::string id = match_id(rule, identity);
    line.id = id;
    line.rule = rule;
    const std::vector<std::string>& targets = rules_->targets(rule);
    line.targets.assign(targets.begin(), targets.end());
    line.event = scratch_;
    append_outbox_line(out, line);
  }
}

Status MatchRecorder::record(const AcceptedEvent& event) {
  append_lines(event, &lines_);
  lines_matches_ += static_cast<std::int64_t>(matched_.size());
  return lines_.size() < kFlushBytes ? Status() : flush();
}

Status MatchRecorder::hold(const AcceptedEvent& event, std::uint32_t row) {
  append_lines(event, &held_text_);
  held_.push_back(
      {row, static_cast<std::int64_t>(matched_.size()), spill_.size() + held_text_.size()});
  if (held_text_.size() < kHeldBytes) return {};
  RETURN_IF_ERROR(spill_.append(held_text_));
  held_text_.clear();
  return {};
}

Status MatchRecorder::settle(const std::vector<std::uint8_t>& dropped) {
  std::uint64_t begin = 0;
  for (const Held& held : held_) {
    const std::uint64_t from = std::exchange(begin, held.end);
    if (!dropped.empty() && dropped[held.row] != 0) continue;
    const std::size_t size = held.end - from;
    if (from < spill_.size()) {
      const std::size_t at = lines_.size();
      lines_.resize(at + size);
      RETURN_IF_ERROR(spill_.read(from, lines_.data() + at, size));
    } else {
      lines_.append(held_text_, from - spill_.size(), size);
    }
    lines_matches_ += held.matches;
    if (lines_.size() >= kFlushBytes) RETURN_IF_ERROR(flush());
  }
  held_.clear();
  held_text_.clear();
  return spill_.size() > 0 ? spill_.clear() : Status();
}

Status MatchRecorder::flush() {
  RETURN_IF_ERROR(outbox_->append_lines(lines_, lines_matches_));
  counts_.matches += lines_matches_;
  lines_.clear();
  lines_matches_ = 0;
  return {};
}

Status MatchRecorder::finish() { return lines_.empty() ? Status() : flush(); }

}  // namespace clicklake
