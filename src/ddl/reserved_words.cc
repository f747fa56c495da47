#include "ddl/reserved_words.h"

#include <string>

#include "ddl/parser.h"

namespace clicklake::ddl {
namespace {

/// Each word between blanks. `cashe` is spelled so in the guide.
constexpr std::string_view kOfDdl =
    " all alter and array as authorization between bigint binary boolean both by case cashe "
    "cast char column commit conf constraint create cross cube current current_date "
    "current_timestamp cursor database date dayofweek decimal delete describe distinct div "
    "double drop else end exchange exists extended external extract false fetch float floor "
    "following for foreign from full function grant group grouping having if import in inner "
    "insert int integer intersect interval into is join lateral left less like local macro "
    "map more none not null numeric of on only or order out outer over partialscan partition "
    "percent preceding precision preserve primary procedure range reads reduce references "
    "regexp revoke right rlike rollback rollup row rows select set smallint start table "
    "tablesample then time timestamp to transform trigger true truncate unbounded union "
    "uniquejoin update user using utc_timestamp values varchar views when where window with ";

constexpr std::string_view kOfQueries =
    " alter and as between by case cast constraint create cross cube current_catalog "
    "current_date current_path current_schema current_time current_timestamp current_user "
    "deallocate delete describe distinct drop else end escape except execute exists extract "
    "false for from full group grouping having in inner insert intersect into is join left "
    "like localtime localtimestamp natural normalize not null on or order outer prepare "
    "recursive right rollup select skip table then trim true uescape union unnest using "
    "values when where with ";

bool contains(std::string_view words, std::string_view word) {
  if (word.empty() || word.find(' ') != std::string_view::npos) return false;
  return words.find(" " + std::string(word) + " ") != std::string_view::npos;
}

}  // namespace

bool is_reserved_word(std::string_view lower_case_word) {
  return contains(kOfDdl, lower_case_word);
}

bool is_reserved_in_queries(std::string_view lower_case_word) {
  return contains(kOfQueries, lower_case_word);
}

}  // namespace clicklake::ddl
