#include "cli/command.h"
namespace clicklake {
void add_sql_command(CLI::App* app, CommandContext* context) { (void)app; (void)context; }
}  // namespace clicklake
