-- Sends the requests of a file, one after the other: wrk -s requests.lua URL -- FILE FIRST ONCE MILLISECONDS
-- A line is METHOD, PATH, TOKEN and BODY with tabs between; TOKEN and BODY may be empty. FIRST is the line to begin with, from 0.
-- With ONCE = 1 each is sent once and wrk ends after the last; else it begins again.
-- wrk counts in whole seconds and sleeps through them, so the end comes from here, by the signal that it ends well on.
-- done() writes one line of JSON, in microseconds.

local ffi = require("ffi")
ffi.cdef [[
  struct moment { long seconds; long nanoseconds; };
  int clock_gettime(int clock, struct moment *at);
  int getpid(void);
  int kill(int process, int signal);
]]
local MONOTONIC, SIGINT = 1, 2

local moment = ffi.new("struct moment")
local ready, at, once, seconds, ends, over = {}, 0, false, 0, nil, false

local function now()
  ffi.C.clock_gettime(MONOTONIC, moment)
  return tonumber(moment.seconds) + tonumber(moment.nanoseconds) / 1e9
end

function init(args)
  local file = assert(io.open(args[1]))
  for line in file:lines() do
    local method, path, token, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    local headers = { ["Accept"] = "application/json" }
    if token ~= "" then headers["Authorization"] = "Bearer " .. token end
    if body ~= "" then headers["Content-Type"] = "application/json" else body = nil end
    ready[#ready + 1] = wrk.format(method, path, headers, body)
  end
  file:close()
  at, once, seconds = tonumber(args[2]), args[3] == "1", tonumber(args[4]) / 1000
end

local function finish()
  if not over then
    over = true
    wrk.thread:stop()
    ffi.C.kill(ffi.C.getpid(), SIGINT)
  end
  -- Something has to be returned; nobody waits for its answer.
  return wrk.format("GET", "/livez")
end

function request()
  local time = now()
  ends = ends or time + seconds
  if time >= ends then return finish() end
  at = at + 1
  if at > #ready then
    if once then return finish() end
    at = 1
  end
  return ready[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "longest": %d, "status": %d, "connect": %d, "read": %d, "write": %d, "timeout": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency.max,
    errors.status, errors.connect, errors.read, errors.write, errors.timeout))
end
