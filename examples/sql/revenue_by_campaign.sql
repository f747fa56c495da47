-- Which campaigns bring buyers? By the campaign of a user's first event.
SELECT c.utm_source,
       c.utm_campaign,
       count(*) AS users,
       count(*) FILTER (u.purchase_count > 0) AS buyers,
       sum(u.purchase_count) AS purchases,
       sum(u.revenue) AS revenue
FROM dim_users u
JOIN dim_campaigns c ON c.campaign_key = u.first_campaign_key
WHERE u.user_key <> 0
GROUP BY 1, 2
ORDER BY revenue DESC NULLS LAST, users DESC, utm_source, utm_campaign
