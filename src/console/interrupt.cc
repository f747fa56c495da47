#include "console/interrupt.h"

#include <atomic>
#include <csignal>

namespace clicklake {

namespace {

// A signal handler reaches nothing but what is global.
std::atomic<LakeSession*> interrupted_session{nullptr};
struct sigaction action_before {};

extern "C" void interrupt_session(int /*signal*/) {
  if (LakeSession* session = interrupted_session.load()) session->interrupt();
}

}  // namespace

InterruptOnSignal::InterruptOnSignal(LakeSession& session) {
  interrupted_session = &session;
  struct sigaction action {};
  action.sa_handler = interrupt_session;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, &action_before);
}

InterruptOnSignal::~InterruptOnSignal() {
  sigaction(SIGINT, &action_before, nullptr);
  interrupted_session = nullptr;
}

}  // namespace clicklake
