-- What wrk asks: ten rows about one record. The arguments after "--" are the path, how many
-- records there are, and "same" for one request again and again, or "other" for none twice.
local path, records, mode
local number = 0
local headers = { ["Accept"] = "application/sparql-results+json" }

function setup(thread)
  number = number + 1
  thread:set("thread", number)
end

function init(args)
  path, records, mode = args[1], tonumber(args[2]), args[3]
  math.randomseed(os.time() * 64 + thread)
end

local function address(record, mark)
  return path .. "?query=SELECT%20%3Fp%20%3Fo%20%7B%3Chttp%3A%2F%2Flocalhost%3A8000%2Fid%2F"
    .. "commitment%2Fbench-" .. record .. "%3E%20%3Fp%20%3Fo%7D%20LIMIT%2010%20%23" .. mark
end

function request()
  if mode == "same" then return wrk.format("GET", address(7, 0), headers) end
  number = number + 1
  local mark = thread .. "-" .. number .. "-" .. math.random(1, 1000000000)
  return wrk.format("GET", address(math.random(0, records - 1), mark), headers)
end
