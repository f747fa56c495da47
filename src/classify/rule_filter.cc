#include "classify/rule_filter.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <fmt/format.h>
#include <pcre2.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>

#include "classify/required_literals.h"

namespace clicklake {
namespace {

constexpr std::uint32_t kMostSteps = 200'000;
constexpr std::uint32_t kMostGroups = 10;

struct FreeCode {
  void operator()(pcre2_code* code) const { pcre2_code_free(code); }
};
struct FreeMatchData {
  void operator()(pcre2_match_data* data) const { pcre2_match_data_free(data); }
};
struct FreeMatchContext {
  void operator()(pcre2_match_context* context) const { pcre2_match_context_free(context); }
};

using Code = std::unique_ptr<pcre2_code, FreeCode>;

struct Expression {
  std::string_view text;
  /// For subjects of ASCII alone, and for others: there a dot is a character of several bytes.
  std::array<Code, 2> compiled;
};

struct List {
  std::size_t first = 0;  ///< number of its first expression
  std::size_t count = 0;
};

Result<Code> compile(std::string_view text, bool utf) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  const std::uint32_t flags = PCRE2_DOLLAR_ENDONLY | (utf ? PCRE2_UTF | PCRE2_NO_UTF_CHECK : 0U);
  Code code(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), flags, &error,
                          &offset, nullptr));
  if (code == nullptr) {
    std::array<PCRE2_UCHAR, 256> message{};
    pcre2_get_error_message(error, message.data(), message.size());
    return Error{ErrorCode::kInvalidData,
                 fmt::format("regular expression '{}', byte {}: {}; take it out of the list", text,
                             offset, reinterpret_cast<const char*>(message.data()))};
  }
  (void)pcre2_jit_compile(code.get(), PCRE2_JIT_COMPLETE);  // without it the interpreter matches
  return code;
}

}  // namespace

struct RuleFilter::Impl {
  std::vector<List> lists;
  std::vector<Expression> expressions;
  std::unique_ptr<TextFinder> finder;
  std::vector<std::vector<std::uint16_t>> expressions_of_text;
  std::vector<std::uint64_t> always;      ///< a bit an expression
  std::vector<std::uint64_t> candidates;  ///< of the subject looked at
  std::string_view subject;
  bool ascii = true;
  std::unique_ptr<pcre2_match_data, FreeMatchData> data{
      pcre2_match_data_create(kMostGroups, nullptr)};
  std::unique_ptr<pcre2_match_context, FreeMatchContext> context{
      pcre2_match_context_create(nullptr)};
  std::uint64_t tries = 0;

  Result<bool> matches(Expression* expression, Match* match) {
    Code& code = expression->compiled[ascii ? 0 : 1];
    if (code == nullptr) {
      ASSIGN_OR_RETURN(code, compile(expression->text, !ascii));
    }
    ++tries;
    const int groups =
        pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(subject.data()), subject.size(), 0,
                    PCRE2_NO_UTF_CHECK, data.get(), context.get());
    if (groups < 0) return false;  // no match, or too many steps
    const std::size_t count = groups == 0 ? kMostGroups : static_cast<std::size_t>(groups);
    const PCRE2_SIZE* at = pcre2_get_ovector_pointer(data.get());
    match->groups.assign(count, {});
    for (std::size_t g = 0; g < count; ++g) {
      if (at[2 * g] != PCRE2_UNSET)
        match->groups[g] = subject.substr(at[2 * g], at[2 * g + 1] - at[2 * g]);
    }
    return true;
  }
};

RuleFilter::RuleFilter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RuleFilter::~RuleFilter() = default;
RuleFilter::RuleFilter(RuleFilter&&) noexcept = default;
RuleFilter& RuleFilter::operator=(RuleFilter&&) noexcept = default;

Result<RuleFilter> RuleFilter::create(const std::vector<std::vector<std::string_view>>& lists) {
  auto impl = std::make_unique<Impl>();
  std::vector<std::string> texts;
  std::map<std::string, std::size_t> numbers;
  for (const auto& list : lists) {
    impl->lists.push_back({impl->expressions.size(), list.size()});
    for (const std::string_view text : list) {
      const auto number = static_cast<std::uint16_t>(impl->expressions.size());
      impl->expressions.push_back({text, {}});
      impl->always.resize(number / 64U + 1);
      const auto literals = required_literals(text);
      if (!literals) {
        impl->always[number / 64U] |= std::uint64_t{1} << (number % 64U);
        continue;
      }
      for (const std::string& literal : *literals) {
        const auto [at, added] = numbers.emplace(literal, texts.size());
        if (added) {
          texts.push_back(literal);
          impl->expressions_of_text.emplace_back();
        }
        impl->expressions_of_text[at->second].push_back(number);
      }
    }
  }
  if (impl->expressions.size() > 0xFFFF)
    return Error{ErrorCode::kInvalidArgument,
                 fmt::format("{} regular expressions are more than 65,535; leave some out",
                             impl->expressions.size())};
  pcre2_set_match_limit(impl->context.get(), kMostSteps);
  impl->finder = std::make_unique<TextFinder>(texts);
  return RuleFilter(std::move(impl));
}

void RuleFilter::look_at(std::string_view subject) {
  Impl& impl = *impl_;
  impl.subject = subject;
  impl.candidates = impl.always;
  impl.ascii = std::all_of(subject.begin(), subject.end(),
                           [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  impl.finder->scan(subject, [&](std::uint32_t text) {
    for (const std::uint16_t number : impl.expressions_of_text[text])
      impl.candidates[number / 64U] |= std::uint64_t{1} << (number % 64U);
  });
}

Result<RuleFilter::Match> RuleFilter::first_match(std::size_t list) {
  Impl& impl = *impl_;
  Match match;
  const std::size_t begin = impl.lists[list].first;
  const std::size_t end = begin + impl.lists[list].count;
  for (std::size_t word = begin / 64; word * 64 < end; ++word) {
    std::uint64_t bits = impl.candidates[word];
    if (word == begin / 64) bits &= ~std::uint64_t{0} << (begin % 64);
    for (; bits != 0; bits &= bits - 1) {
      const std::size_t number = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
      if (number >= end) return match;
      ASSIGN_OR_RETURN(const bool found, impl.matches(&impl.expressions[number], &match));
      if (found) {
        match.rule = static_cast<int>(number - begin);
        return match;
      }
    }
  }
  return match;
}

std::uint64_t RuleFilter::tries() const { return impl_->tries; }

}  // namespace clicklake
