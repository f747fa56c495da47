#include "model/page_url.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"

namespace clicklake {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

bool equals_lower(std::string_view text, std::string_view lower_case) {
  if (text.size() != lower_case.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower_case[i]) return false;
  }
  return true;
}

/// Click ids, and the networks' names for them; each is a tracking parameter too.
constexpr std::array<std::string_view, 17> kClickIds{
    "gclid",  "gbraid",    "wbraid",    "dclid",    "fbclid", "msclkid",
    "ttclid", "twclid",    "li_fat_id", "yclid",    "epik",   "sccid",
    "ndclid", "irclickid", "rdt_cid",   "wickedid", "srsltid"};

/// Version 1. Whole names; names that begin with one of kTrackingPrefixes are tracking parameters
/// as well.
constexpr std::array<std::string_view, 46> kTrackingNames{"gclsrc",
                                                          "gad_source",
                                                          "gad_campaignid",
                                                          "gpromocode",
                                                          "gqt",
                                                          "_ga",
                                                          "_gl",
                                                          "_gac",
                                                          "mc_cid",
                                                          "mc_eid",
                                                          "_bta_tid",
                                                          "_bta_c",
                                                          "gdfms",
                                                          "gdftrk",
                                                          "gdffi",
                                                          "_ke",
                                                          "_kx",
                                                          "mkwid",
                                                          "pcrid",
                                                          "ef_id",
                                                          "s_kwcid",
                                                          "dm_i",
                                                          "_branch_match_id",
                                                          "mkevt",
                                                          "mkcid",
                                                          "mkrid",
                                                          "igshid",
                                                          "igsh",
                                                          "sms_source",
                                                          "sms_click",
                                                          "sms_uph",
                                                          "vmcid",
                                                          "_hsenc",
                                                          "_hsmi",
                                                          "__hssc",
                                                          "__hstc",
                                                          "__hsfp",
                                                          "hsctatracking",
                                                          "oly_enc_id",
                                                          "oly_anon_id",
                                                          "vero_id",
                                                          "vero_conv",
                                                          "mkt_tok",
                                                          "ml_subscriber",
                                                          "ml_subscriber_hash",
                                                          "sb_referer_host"};
constexpr std::array<std::string_view, 10> kTrackingPrefixes{
    "utm_", "hsa_", "mtm_", "pk_", "piwik_", "matomo_", "trk_", "tw_", "stm_", "redirect_log_"};

/// By first letter: a bit for each length that a known name of that letter has; bit 0: a prefix
/// begins with it.
constexpr auto make_filter() {
  std::array<std::uint32_t, 128> filter{};
  const auto add = [&](std::string_view name) {
    filter[static_cast<unsigned char>(name[0])] |= 1U << name.size();
  };
  for (const auto name : kClickIds) add(name);
  for (const auto name : kTrackingNames) add(name);
  for (const auto name : kTrackingPrefixes) filter[static_cast<unsigned char>(name[0])] |= 1U;
  return filter;
}
constexpr std::array<std::uint32_t, 128> kFilter = make_filter();

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::string_view decode(std::string_view value, std::string* buffer) {
  if (value.find_first_of("%+") == std::string_view::npos) return value;
  buffer->clear();
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '+') {
      buffer->push_back(' ');
    } else if (value[i] == '%' && i + 2 < value.size() && hex_value(value[i + 1]) >= 0 &&
               hex_value(value[i + 2]) >= 0) {
      buffer->push_back(static_cast<char>(hex_value(value[i + 1]) * 16 + hex_value(value[i + 2])));
      i += 2;
    } else {
      buffer->push_back(value[i]);
    }
  }
  // What does not decode to UTF-8 stays as it was sent.
  return find_invalid_utf8(*buffer) == std::string_view::npos ? std::string_view(*buffer) : value;
}

}  // namespace

bool is_tracking_parameter(std::string_view name) {
  if (name.empty()) return false;
  const auto first = static_cast<unsigned char>(lower(name[0]));
  if (first >= 128) return false;
  const std::uint32_t bits = kFilter[first];
  if (bits == 0) return false;
  if ((bits & 1U) != 0) {
    for (const auto prefix : kTrackingPrefixes) {
      if (name.size() > prefix.size() && equals_lower(name.substr(0, prefix.size()), prefix))
        return true;
    }
  }
  if (name.size() > 31 || (bits >> name.size() & 1U) == 0) return false;
  const auto same = [&](std::string_view known) { return equals_lower(name, known); };
  return std::any_of(kClickIds.begin(), kClickIds.end(), same) ||
         std::any_of(kTrackingNames.begin(), kTrackingNames.end(), same);
}

void PageUrl::take_parameter(std::string_view name, std::string_view value) {
  if (value.empty()) return;
  if (equals_lower(name.substr(0, 4), "utm_")) {
    for (std::size_t part = 0; part + 1 < kCampaignPartCount; ++part) {
      if (equals_lower(name, kCampaignPartNames[part])) {
        if (campaign_[part].data() == nullptr) {
          campaign_[part] = decode(value, &decoded_[part]);
          has_campaign_ = true;
        }
        return;
      }
    }
    return;
  }
  std::string_view& type = campaign_[static_cast<std::size_t>(CampaignPart::kClickIdType)];
  if (type.data() != nullptr) return;
  for (const auto known : kClickIds) {
    if (equals_lower(name, known)) {
      type = known;
      has_campaign_ = true;
      return;
    }
  }
}

void PageUrl::parse(std::string_view url) {
  campaign_.fill({});
  has_campaign_ = false;
  clean_ = url;
  const std::size_t question = url.find('?');
  if (question == std::string_view::npos) return;
  std::size_t query_end = url.find('#', question);
  if (query_end == std::string_view::npos) query_end = url.size();
  if (const std::size_t hash = url.substr(0, question).find('#'); hash != std::string_view::npos)
    return;  // "?" inside the fragment

  // Parameters are kept in place until the first one that goes; from there on the rest is copied.
  bool copying = false;
  bool kept_any = false;
  std::size_t begin = question + 1;
  while (begin <= query_end) {
    std::size_t end = url.find('&', begin);
    if (end == std::string_view::npos || end > query_end) end = query_end;
    const std::string_view parameter = url.substr(begin, end - begin);
    const std::size_t equals = parameter.find('=');
    const std::string_view name = parameter.substr(0, equals);
    if (is_tracking_parameter(name)) {
      if (equals != std::string_view::npos) take_parameter(name, parameter.substr(equals + 1));
      if (!copying) {
        copying = true;
        clean_buffer_.assign(url.data(), kept_any ? begin - 1 : question);
      }
    } else if (copying) {
      clean_buffer_.push_back(kept_any ? '&' : '?');
      clean_buffer_.append(parameter);
      kept_any = true;
    } else {
      kept_any = true;
    }
    begin = end + 1;
  }
  if (!copying) return;
  clean_buffer_.append(url.substr(query_end));
  clean_ = clean_buffer_;
}

UrlParts split_url(std::string_view url) {
  UrlParts parts;
  std::string_view rest = url.substr(0, url.find_first_of("?#"));
  const std::size_t scheme_end = rest.find("://");
  if (scheme_end != std::string_view::npos && scheme_end > 0 &&
      rest.substr(0, scheme_end).find('/') == std::string_view::npos) {
    parts.scheme = rest.substr(0, scheme_end);
    rest.remove_prefix(scheme_end + 3);
    const std::size_t path = std::min(rest.find('/'), rest.size());
    std::string_view authority = rest.substr(0, path);
    if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos)
      authority.remove_prefix(at + 1);
    if (!authority.empty() && authority.front() == '[') {
      authority = authority.substr(0, authority.find(']') == std::string_view::npos
                                          ? authority.size()
                                          : authority.find(']') + 1);
    } else {
      authority = authority.substr(0, authority.find(':'));
    }
    if (!authority.empty()) parts.host = authority;
    rest.remove_prefix(path);
  }
  parts.path = rest;
  return parts;
}

std::string_view page_type_of(std::string_view path) {
  struct Word {
    std::string_view word;
    std::string_view type;
  };
  static constexpr std::array<Word, 24> kWords{
      {{"product", "product"},     {"products", "product"}, {"p", "product"},
       {"item", "product"},        {"dp", "product"},       {"category", "category"},
       {"categories", "category"}, {"c", "category"},       {"collections", "category"},
       {"search", "search"},       {"s", "search"},         {"cart", "cart"},
       {"basket", "cart"},         {"bag", "cart"},         {"checkout", "checkout"},
       {"payment", "checkout"},    {"order", "checkout"},   {"account", "account"},
       {"login", "account"},       {"register", "account"}, {"blog", "content"},
       {"articles", "content"},    {"help", "content"},     {"about", "content"}}};
  bool any = false;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (segment.empty()) continue;
    any = true;
    for (const Word& w : kWords) {
      if (equals_lower(segment, w.word)) return w.type;
    }
  }
  return any ? "other" : "home";
}

void append_key_part(std::string* key, std::string_view part) {
  if (part.data() == nullptr) {
    key->push_back('~');
    return;
  }
  char digits[20];
  const auto result = std::to_chars(digits, digits + sizeof digits, part.size());
  key->append(digits, static_cast<std::size_t>(result.ptr - digits));
  key->push_back(':');
  key->append(part);
}

}  // namespace clicklake
