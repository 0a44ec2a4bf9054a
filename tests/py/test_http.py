"""An agent with the tools of the HTTP door, in an episode that its trainer opened."""

import asyncio

import httpx2 as httpx
from mcp import Client


def test_an_agent_works_by_tools_in_its_trainers_episode(serve):
    url = "http://" + serve("dmv", "--http", "127.0.0.1:0", "--clock", "turn")["http"]
    with httpx.Client(base_url=url) as trainer:
        goal = trainer.post("/reset", json={"task": "read-photo", "seed": 7, "episode_id": "e1"}).json()["observation"]["goal"]

        async def agent():
            async with Client(f"{url}/mcp") as client:
                tools = [tool.name for tool in (await client.list_tools()).tools]
                read = await client.call_tool("read_screen", {"session": "e1"})
                await client.call_tool("send_keys", {"session": "e1", "keys": "CLK042IRON<enter>"})
                await client.call_tool("submit", {"session": "e1", "answer": "NO IDEA"})
                return tools, read

        tools, read = asyncio.run(asyncio.wait_for(agent(), 60))
        assert tools == ["read_screen", "send_keys", "wait", "submit"]
        assert goal in read.content[0].text and read.structured_content["goal"] == goal
        state = trainer.get("/state", params={"episode_id": "e1"}).json()
        assert state["ended"] == "submitted" and state["grade"]["outcome"] == "failed"
